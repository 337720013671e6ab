import type { FastifyInstance } from 'fastify';
import { AUTO_MODEL } from '../../../shared/contracts/config/catalogue.ts';
import { problem } from '../../../shared/contracts/http/problem.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { sendOpenaiError } from '../openai-error.ts';

/** `GET /v1/models`: every name that a request's `model` may have, in OpenAI's format. */
export function registerModels(server: FastifyInstance, { catalogue }: EdgeDependencies): void {
  const owners = new Map([[AUTO_MODEL, 'switchyard']]);
  for (const [name, { deployments }] of catalogue.models) {
    const providers = new Set(deployments.map((one) => one.providerId));
    const [only] = providers;
    owners.set(name, providers.size === 1 && only !== undefined ? only : 'switchyard');
  }
  const models = [...owners].map(([id, owner]) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: owner,
  }));

  server.get('/v1/models', async () => ({ object: 'list', data: models }));

  // A name may hold slashes, which the OpenAI SDK encodes.
  server.get<{ Params: { '*': string } }>('/v1/models/*', async (request, reply) => {
    const found = models.find((model) => model.id === request.params['*']);
    return found ?? sendOpenaiError(reply, problem('unknown_model'));
  });
}
