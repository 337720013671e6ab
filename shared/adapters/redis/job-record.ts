import { z } from 'zod';
import { jobResultSchema } from '../../contracts/events/job-result.ts';
import { jobRequestSchema } from '../../contracts/http/job-request.ts';
import { attemptViewSchema, JOB_STATUSES, routePlanSchema } from '../../contracts/http/job-view.ts';
import type { JobRef } from '../../core/ids.ts';
import type { JobRecord } from '../../ports/job-store.ts';

/** The fields of a job's hash that make a record, in the order in which they are asked for. */
export const RECORD_FIELDS = [
  'request',
  'keyId',
  'priority',
  'acceptedAt',
  'deadlineAt',
  'status',
  'acceptedSequence',
  'plan',
  'settled',
] as const;

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
  z.enum(JOB_STATUSES),
  z.coerce.number().int(),
  json.pipe(routePlanSchema).nullable(),
  json.pipe(settledSchema).nullable(),
]);

/** Reads a record; undefined when the hash is not there. */
export function readJobRecord(
  ref: JobRef,
  values: readonly (string | null)[],
): JobRecord | undefined {
  if (values[0] === null) return undefined;
  const [request, keyId, priority, acceptedAtMs, deadlineAtMs, status, sequence, plan, settled] =
    recordSchema.parse(values);
  return {
    ref,
    request,
    keyId,
    priority,
    acceptedAtMs,
    deadlineAtMs,
    status,
    acceptedSequence: sequence,
    ...(plan === null ? {} : { plan }),
    ...(settled === null ? {} : { settled }),
  };
}
