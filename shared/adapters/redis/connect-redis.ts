import { Redis } from 'ioredis';
import { joinWrites } from '../../platform/net/join-writes.ts';
import type { Logger } from '../../ports/logger.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

/**
 * A connection for commands that must be answered at once: fails fast while Redis is away instead of queueing without
 * bound, and gives up on a black hole (infra.md 1.13). Resolves when Redis answers.
 */
export async function connectRedis(url: string, log: Logger): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RECONNECT_DELAY_MS),
  });
  redis.on('error', (error: Error) => {
    log.warn({ error: error.message }, 'redis connection error');
  });
  redis.on('connect', () => joinWrites(redis.stream));
  await redis.connect();
  return redis;
}
