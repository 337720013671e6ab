import { z } from 'zod';
import type { Budget } from '../../contracts/config/budgets.ts';
import { redisKeys } from '../../contracts/redis-keys.ts';
import { assert } from '../../core/assert.ts';
import type {
  Admission,
  KeyAdmission,
  ReachedShare,
  Refusal,
  Reservation,
} from '../../ports/admission.ts';
import type { AcceptCommand } from '../../ports/job-store.ts';

type Submitter = Pick<AcceptCommand, 'ref' | 'keyId'>;

const NOTHING_RESERVED: Reservation = { amountNanoUsd: 0, budgets: [] };

/** `reached` of a script's reply: index of the budget, place of its share, booked and reserved nano-USD. */
export const reachedSchema = z.tuple([z.number(), z.number(), z.coerce.number()]);

/** `refused` of a script's reply: by what, ms until it fits (-1 = never), index of the budget. */
export const refusedSchema = z.tuple([
  z.literal('refused'),
  z.enum(['open-jobs', 'concurrent-jobs', 'minute', 'budget']),
  z.number(),
  z.number(),
]);

/** Further keys and arguments of accept-job.lua: those of a job that nothing limits are empty. */
export function admissionArgs(
  submitter: Submitter,
  admission: Admission | undefined,
): { readonly keys: readonly string[]; readonly args: readonly (string | number)[] } {
  const maxOpenJobs = admission?.maxOpenJobs ?? 0;
  const { key, reservation } = admission ?? {};
  if (key === undefined && reservation === undefined) {
    return { keys: [], args: [maxOpenJobs, '', ''] };
  }
  const { ref, keyId } = submitter;
  const minuteKey = redisKeys.keyMinute(ref.tenantId, keyId);
  const openKey = redisKeys.keyOpen(ref.tenantId, keyId);
  const limits = limitArgs(key);
  const { budgets, amountNanoUsd: amount } = reservation ?? NOTHING_RESERVED;
  const budgetKeys = budgets.map((budget) => budgetKey(budget, submitter));
  const windows = budgets.map(({ limitNanoUsd: limit, bucketMs, alertAt: shares }) => ({
    limit,
    bucketMs,
    shares,
  }));
  const holds = [
    ...(limits.maxJobs === 0 ? [] : [[openKey, 'open', 1, 0]]),
    ...budgets.map((budget) => [budgetKey(budget, submitter), 'reserved', amount, budget.bucketMs]),
  ];
  const json = JSON.stringify({ ...limits, amount, budgets: windows });
  return {
    keys: [minuteKey, openKey, ...budgetKeys],
    args: [maxOpenJobs, json, JSON.stringify(holds)],
  };
}

export function readRefusal(
  [, by, waitMs, index]: z.infer<typeof refusedSchema>,
  admission: Admission | undefined,
): Refusal {
  if (by !== 'budget') return { by, waitMs };
  const budget = budgetAt(admission, index);
  return { by, budget, ...(waitMs < 0 ? {} : { waitMs }) };
}

export function readReached(
  reached: readonly z.infer<typeof reachedSchema>[],
  admission: Admission | undefined,
): ReachedShare[] {
  return reached.map(([index, place, usedNanoUsd]) => {
    const budget = budgetAt(admission, index);
    const share = budget.alertAt[place];
    assert(share !== undefined, 'the script names a share that it was given');
    return { budget, share, usedNanoUsd };
  });
}

/** 0 stands for no limit. */
function limitArgs(key: KeyAdmission | undefined) {
  const { requestsPerMinute = 0, tokensPerMinute = 0, concurrentJobs = 0 } = key?.limits ?? {};
  return {
    maxCalls: requestsPerMinute,
    maxTokens: tokensPerMinute,
    maxJobs: concurrentJobs,
    tokens: key?.tokens ?? 0,
  };
}

function budgetAt(admission: Admission | undefined, index: number): Budget {
  const budget = admission?.reservation?.budgets[index];
  assert(budget !== undefined, 'the script names a budget that it was given');
  return budget;
}

function budgetKey({ id, window, isPerKey }: Budget, { ref, keyId }: Submitter): string {
  const scope = isPerKey ? `${ref.tenantId}:${keyId}` : ref.tenantId;
  return redisKeys.budget({ id, window, scope });
}
