import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '../../contracts/http/problem.ts';
import type { Principal } from '../../ports/api-key-store.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { type SendProblem, sendProblem } from './create-http-server.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hook of `requirePrincipal` before any route runs. */
    principal: Principal | null;
  }
}

/** Every route of this scope answers 401 without a valid key, the same for missing, malformed and unknown ones. */
export function requirePrincipal(
  scope: FastifyInstance,
  authenticator: Authenticator,
  send: SendProblem = sendProblem,
): void {
  scope.decorateRequest('principal', null);
  scope.addHook('onRequest', async (request, reply) => {
    const principal = await authenticator.authenticate(request.headers.authorization);
    if (principal === undefined) return send(reply, problem('unauthorized'));
    request.principal = principal;
  });
}

/** The principal of a request in such a scope. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route outside the authenticated scope');
  return request.principal;
}
