import type { Redis } from 'ioredis';
import { z } from 'zod';
import { redisKeys } from '../../contracts/redis-keys.ts';
import { SAFE_ID } from '../../core/ids.ts';
import type { ApiKeyStore, Principal } from '../../ports/api-key-store.ts';

const principalSchema = z.object({
  tenantId: z.string().regex(SAFE_ID),
  keyId: z.string().regex(SAFE_ID),
});

export class RedisApiKeyStore implements ApiKeyStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async find(digest: string): Promise<Principal | undefined> {
    return readPrincipal(await this.#redis.get(redisKeys.apiKey(digest)));
  }

  async put(digest: string, principal: Principal): Promise<void> {
    await this.#redis.set(redisKeys.apiKey(digest), JSON.stringify(principal));
  }

  async putTicket(digest: string, principal: Principal, ttlMs: number): Promise<void> {
    await this.#redis.set(redisKeys.ticket(digest), JSON.stringify(principal), 'PX', ttlMs);
  }

  async takeTicket(digest: string): Promise<Principal | undefined> {
    return readPrincipal(await this.#redis.getdel(redisKeys.ticket(digest)));
  }
}

function readPrincipal(json: string | null): Principal | undefined {
  return json === null ? undefined : principalSchema.parse(JSON.parse(json));
}
