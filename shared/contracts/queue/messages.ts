import { z } from 'zod';
import { SAFE_ID } from '../../core/ids.ts';

/** Where the log stood when the message was written: lets the reader append without reading the log first. */
const position = {
  /** Stream sequence of the job's last entry: the fence of the next append. 0 = look it up. */
  logSequence: z.number().int().nonnegative(),
  /** `seq` of that entry. */
  seq: z.number().int().nonnegative(),
};

const job = { tenantId: z.string().regex(SAFE_ID), jobId: z.string().regex(SAFE_ID) };

/** On `jobs`: decide attempt number `attempt` of the job. */
export const routeMessageSchema = z.object({
  ...job,
  ...position,
  attempt: z.number().int().positive(),
});

/** On `provider.<id>`: run attempt number `attempt` on `deployment`. */
export const attemptMessageSchema = z.object({
  ...job,
  ...position,
  attempt: z.number().int().positive(),
  deployment: z.string(),
  /** Why the router chose it: goes into the log with the attempt. */
  reason: z.string(),
});

export type RouteMessage = z.infer<typeof routeMessageSchema>;
export type AttemptMessage = z.infer<typeof attemptMessageSchema>;
