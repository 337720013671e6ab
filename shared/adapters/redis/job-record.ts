import { z } from 'zod';
import { jobResultSchema } from '../../contracts/events/job-result.ts';
import { jobRequestSchema } from '../../contracts/http/job-request.ts';
import {
  attemptViewSchema,
  type RoutePlan,
  routePlanSchema,
} from '../../contracts/http/job-view.ts';
import type { JobRef } from '../../core/ids.ts';
import type { JobRecord } from '../../ports/job-store.ts';

/** Attempts that a request may ask for at most; a plan is kept for each. */
const MAX_PLANS = 10;

/** Field of the routing decision for one attempt: written once. */
export function planField(attempt: number): string {
  return `plan.${String(attempt)}`;
}

export const PLAN_FIELDS = Array.from({ length: MAX_PLANS }, (_, index) => planField(index + 1));

const OWN_FIELDS = [
  'request',
  'keyId',
  'priority',
  'acceptedAt',
  'deadlineAt',
  'acceptedSequence',
  'settled',
] as const;

/** The fields of a job's hash that make a record, in the order in which they are asked for. */
export const RECORD_FIELDS = [...OWN_FIELDS, ...PLAN_FIELDS];

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
});

const settledSchema = z.object({ result: jobResultSchema, attempts: z.array(attemptViewSchema) });

const recordSchema = z.tuple([
  json.pipe(jobRequestSchema),
  z.string(),
  z.enum(['interactive', 'batch']),
  z.coerce.number().int(),
  z.coerce.number().int(),
  z.coerce.number().int(),
  json.pipe(settledSchema).nullable(),
]);

/** Reads a record; undefined when the hash is not there. */
export function readJobRecord(
  ref: JobRef,
  values: readonly (string | null)[],
): JobRecord | undefined {
  if (values[0] === null) return undefined;
  const [request, keyId, priority, acceptedAtMs, deadlineAtMs, acceptedSequence, settled] =
    recordSchema.parse(values.slice(0, OWN_FIELDS.length));
  const plan = readLastPlan(values.slice(OWN_FIELDS.length));
  return {
    ref,
    request,
    keyId,
    priority,
    acceptedAtMs,
    deadlineAtMs,
    acceptedSequence,
    ...(plan === undefined ? {} : { plan }),
    ...(settled === null ? {} : { settled }),
  };
}

/** The newest of the plans, which are written in the order of the attempts. */
export function readLastPlan(plans: readonly (string | null)[]): RoutePlan | undefined {
  const last = plans.findLast((plan) => plan !== null);
  return last === undefined || last === null ? undefined : json.pipe(routePlanSchema).parse(last);
}
