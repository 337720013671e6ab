import type { BudgetAlert } from '../../contracts/events/budget-alert.ts';
import type { AlertPublisher } from '../../ports/alert-publisher.ts';
import type { Logger } from '../../ports/logger.ts';

/** How long a receiver has to answer. */
const DEADLINE_MS = 5_000;

/** Posts under way at once; an alert beyond them is dropped, and said so in the log. */
const MAX_UNDER_WAY = 32;

/**
 * Budget alerts by POST, once each and without a retry: what is sure to arrive is the refusal of the job. Redirects are
 * not followed, so that a receiver cannot send us to a third host.
 */
export class AlertWebhook implements AlertPublisher {
  readonly #log: Logger;
  readonly #deadlineMs: number;
  readonly #underWay = new Set<Promise<void>>();

  constructor(log: Logger, deadlineMs = DEADLINE_MS) {
    this.#log = log;
    this.#deadlineMs = deadlineMs;
  }

  publish(alert: BudgetAlert, webhookUrl: string | undefined): void {
    if (webhookUrl === undefined) return;
    const { budgetId } = alert;
    if (this.#underWay.size >= MAX_UNDER_WAY) {
      this.#log.warn({ budgetId }, 'too many webhooks are under way, an alert was dropped');
      return;
    }
    const post = this.#post(webhookUrl, alert)
      .catch((error: unknown) => {
        this.#log.warn({ budgetId, error: String(error) }, 'a budget alert was not delivered');
      })
      .finally(() => this.#underWay.delete(post));
    this.#underWay.add(post);
  }

  /** Waits for what is under way; each post has its deadline. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #post(url: string, alert: BudgetAlert): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alert),
      redirect: 'error',
      signal: AbortSignal.timeout(this.#deadlineMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the receiver answered ${String(response.status)}`);
  }
}
