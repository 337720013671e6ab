import type { FastifyReply } from 'fastify';

/** Calls `leave` once the client's connection is over, also when that was before anybody listened for it. */
export function whenClosed(reply: FastifyReply, leave: () => void): void {
  if (reply.raw.closed || reply.raw.destroyed) leave();
  else reply.raw.once('close', leave);
}
