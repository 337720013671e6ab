import { budgetsOf } from '../../shared/contracts/config/budgets.ts';
import type { Catalogue } from '../../shared/contracts/config/catalogue.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import { type Problem, problem } from '../../shared/contracts/http/problem.ts';
import { nanoUsdToUsd } from '../../shared/core/price.ts';
import { err, ok, type Result } from '../../shared/core/result.ts';
import { limitTokens } from '../../shared/jobs/expected-tokens.ts';
import type {
  Admission,
  KeyAdmission,
  Refusal,
  Reservation,
} from '../../shared/ports/admission.ts';
import type { Principal } from '../../shared/ports/api-key-store.ts';
import { worstCaseNanoUsd } from './worst-case.ts';

export interface AdmissionInput {
  readonly catalogue: Catalogue;
  readonly principal: Principal;
  readonly request: JobRequest;
  readonly deadlineMs: number;
  readonly nowMs: number;
}

/** What must cover a job before it is stored. Nothing is computed for a key without budgets and limits. */
export function planAdmission(input: AdmissionInput): Result<Admission, Problem> {
  const { maxOpenJobs } = input.catalogue.document.admission;
  const key = planKey(input);
  const reservation = planReservation(input);
  if (!reservation.ok) return reservation;
  return ok({
    maxOpenJobs,
    ...(key === undefined ? {} : { key }),
    ...(reservation.value === undefined ? {} : { reservation: reservation.value }),
  });
}

/** What the client is told. A detail names the limit and the worst case of its own job, so that it can do something. */
export function problemOfRefusal(refusal: Refusal, { reservation }: Admission): Problem {
  switch (refusal.by) {
    case 'open-jobs':
      return problem('overloaded', undefined, { retryAfterMs: refusal.waitMs });
    case 'concurrent-jobs':
      return problem('key_limit', 'it has as many open jobs as it may', {
        retryAfterMs: refusal.waitMs,
      });
    case 'minute':
      return problem('key_limit', 'requests or tokens of this minute are used up', {
        retryAfterMs: refusal.waitMs,
      });
    case 'budget': {
      const { budget, waitMs } = refusal;
      const worstUsd = nanoUsdToUsd(reservation?.amountNanoUsd ?? 0);
      const job = `the job may cost up to ${String(worstUsd)} USD`;
      if (waitMs === undefined) {
        const advice = 'a smaller maxTokens or a cheaper model makes it smaller';
        return problem('budget_exceeded', `${job}, more than all of ${budget.id}; ${advice}`);
      }
      const detail = `${job}, and ${budget.id} has less left for this ${budget.window}`;
      return problem('budget_exceeded', detail, { retryAfterMs: waitMs });
    }
  }
}

function planKey({ catalogue, principal, request }: AdmissionInput): KeyAdmission | undefined {
  const limits = catalogue.keyLimits.get(principal.tenantId) ?? catalogue.document.admission.perKey;
  if (Object.keys(limits).length === 0) return undefined;
  return { limits, tokens: limits.tokensPerMinute === undefined ? 0 : limitTokens(request) };
}

function planReservation(input: AdmissionInput): Result<Reservation | undefined, Problem> {
  const { catalogue, principal, request, deadlineMs, nowMs } = input;
  const budgets = budgetsOf(catalogue.budgets, principal);
  if (budgets.length === 0) return ok(undefined);
  const amountNanoUsd = worstCaseNanoUsd({
    catalogue,
    request,
    fromMs: nowMs,
    toMs: nowMs + deadlineMs,
  });
  if (amountNanoUsd === undefined) {
    return err(problem('no_candidate', 'no deployment may serve it at a price that is known'));
  }
  return ok({ amountNanoUsd, budgets });
}
