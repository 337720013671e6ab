import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { digestSecret } from '../../../shared/platform/auth/api-key.ts';
import { principalOf } from '../../../shared/platform/http/principal.ts';
import type { EdgeDependencies } from '../dependencies.ts';

const TICKET_TTL_MS = 30_000;

/** `POST /v1/tickets`: one use, 30 s. Browsers cannot set headers on a socket, and keys never go into a URL. */
export function registerTickets(server: FastifyInstance, { keys, now }: EdgeDependencies): void {
  server.post('/v1/tickets', async (request, reply) => {
    const ticket = randomBytes(24).toString('base64url');
    await keys.putTicket(digestSecret(ticket), principalOf(request), TICKET_TTL_MS);
    return reply.code(201).send({ ticket, expiresAt: now() + TICKET_TTL_MS });
  });
}
