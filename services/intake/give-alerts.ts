import type { ReachedShare } from '../../shared/ports/admission.ts';
import type { AlertPublisher } from '../../shared/ports/alert-publisher.ts';
import type { Principal } from '../../shared/ports/api-key-store.ts';

/** Tells who listens that a job brought budgets to a share of their limit. Nothing waits for it. */
export function giveAlerts(
  alerts: AlertPublisher,
  { tenantId, keyId }: Principal,
  { reached, at }: { readonly reached: readonly ReachedShare[]; readonly at: number },
): void {
  for (const { budget, share, usedNanoUsd } of reached) {
    const { id: budgetId, window, limitNanoUsd, isPerKey, webhookUrl } = budget;
    alerts.publish(
      {
        type: 'budget',
        at,
        tenantId,
        ...(isPerKey ? { keyId } : {}),
        budgetId,
        window,
        share,
        usedNanoUsd,
        limitNanoUsd,
      },
      webhookUrl,
    );
  }
}
