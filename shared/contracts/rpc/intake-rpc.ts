import { z } from 'zod';
import { problemSchema } from '../http/problem.ts';

/**
 * Edge → intake over a NATS request: the client's body as it came, judged by intake alone (one parse, one schema).
 * The edge names the job, so that it can listen before the first entry exists.
 */
export const SUBMIT_HEADERS = {
  tenant: 'Sy-Tenant',
  key: 'Sy-Key',
  job: 'Sy-Job',
  /** `job` = our own request; `openai` = an OpenAI chat completion request. */
  door: 'Sy-Door',
  idempotencyKey: 'Sy-Idempotency-Key',
  /** JSON object of the `x-switchyard-*` headers, without that prefix. */
  options: 'Sy-Options',
} as const;

export const submitReplySchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    jobId: z.string(),
    /** True when the idempotency key named a job that exists already. */
    replayed: z.boolean(),
    /** What the client's body asked of the stream: read by the OpenAI endpoint only. */
    stream: z.boolean(),
    includeUsage: z.boolean(),
  }),
  z.object({ ok: z.literal(false), problem: problemSchema }),
]);

export const cancelReplySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), problem: problemSchema }),
]);

export type SubmitReply = z.infer<typeof submitReplySchema>;
export type CancelReply = z.infer<typeof cancelReplySchema>;
