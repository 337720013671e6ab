import type { Msg } from '@nats-io/transport-node';
import { z } from 'zod';

/**
 * JetStream's answer to a publish. The error comes first, because a refusal names the stream and a `seq` of 0 as well:
 * read the other way round, every refusal would pass for stored.
 */
const pubAckSchema = z.union([
  z.object({
    error: z.object({ code: z.number(), err_code: z.number(), description: z.string() }),
  }),
  z.object({ stream: z.string(), seq: z.number(), duplicate: z.boolean().optional() }),
]);

/** Error code of a refused expectation: another entry came first. */
const WRONG_LAST_SEQUENCE = 10_071;

export type PubAck =
  | { readonly kind: 'stored'; readonly sequence: number; readonly isDuplicate: boolean }
  | { readonly kind: 'fenced' }
  /** No answer, no stream, or an error that says nothing about the entry. */
  | { readonly kind: 'unknown'; readonly reason: string };

export function readPubAck(reply: Msg | undefined): PubAck {
  if (reply === undefined) return { kind: 'unknown', reason: 'timeout' };
  if (reply.data.length === 0) return { kind: 'unknown', reason: 'no responders' };
  const ack = pubAckSchema.parse(JSON.parse(reply.string()));
  if (!('error' in ack)) {
    return { kind: 'stored', sequence: ack.seq, isDuplicate: ack.duplicate ?? false };
  }
  if (ack.error.err_code === WRONG_LAST_SEQUENCE) return { kind: 'fenced' };
  return { kind: 'unknown', reason: ack.error.description };
}
