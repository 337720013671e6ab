import { z } from 'zod';
import { SAFE_ID } from '../../core/ids.ts';

/** Where the log stood when the message was written: lets the reader append without reading the log first. */
const position = {
  /** Stream sequence of the job's last entry: the fence of the next append. 0 = look it up. */
  logSequence: z.number().int().nonnegative(),
  /** `seq` of that entry. */
  seq: z.number().int().nonnegative(),
};

/** How often the attempt was given back before it began, because its provider's breaker was open. Absent: never. */
const turn = z.number().int().positive().optional();

const job = { tenantId: z.string().regex(SAFE_ID), jobId: z.string().regex(SAFE_ID) };

/** On `jobs`: decide attempt number `attempt` of the job. */
export const routeMessageSchema = z.object({
  ...job,
  ...position,
  attempt: z.number().int().positive(),
  turn,
});

/** On `provider.<id>`: run attempt number `attempt` on `deployment`. */
export const attemptMessageSchema = z.object({
  ...job,
  ...position,
  attempt: z.number().int().positive(),
  turn,
  deployment: z.string(),
  /** Why the router chose it: goes into the log with the attempt. */
  reason: z.string(),
});

export type RouteMessage = z.infer<typeof routeMessageSchema>;
export type AttemptMessage = z.infer<typeof attemptMessageSchema>;
