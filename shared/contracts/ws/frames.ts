import { z } from 'zod';
import { SAFE_ID } from '../../core/ids.ts';
import type { Problem } from '../http/problem.ts';

/** What a client may send on `GET /v1/stream`; one JSON object a text frame, many jobs a socket. */
const jobId = z.string().regex(SAFE_ID);

export const clientFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('submit'),
    /** The client's name for this submission, given back with the answer. */
    ref: z.string().max(128),
    /** A job request; intake judges it. */
    job: z.unknown(),
    idempotencyKey: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('subscribe'),
    jobId,
    after: z.number().int().min(0).default(0),
  }),
  z.strictObject({ type: z.literal('cancel'), jobId }),
  z.strictObject({ type: z.literal('unsubscribe'), jobId }),
]);

export type ClientFrame = z.infer<typeof clientFrameSchema>;

export function acceptedFrame(ref: string, id: string): string {
  return JSON.stringify({ type: 'accepted', ref, jobId: id });
}

/** `entry` is the entry as it is stored: it is relayed, not encoded again. */
export function eventFrame(id: string, entry: string): string {
  return `{"type":"event","jobId":"${id}","event":${entry}}`;
}

export function errorFrame(
  problem: Problem,
  about: { readonly ref?: string; readonly jobId?: string } = {},
): string {
  return JSON.stringify({ type: 'error', ...about, problem });
}
