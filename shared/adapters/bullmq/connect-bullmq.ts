import { Redis } from 'ioredis';
import { joinWrites } from '../../platform/net/join-writes.ts';
import type { Logger } from '../../ports/logger.ts';

const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

const shared = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (attempt: number) =>
    Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RECONNECT_DELAY_MS),
};

/** For adding: fails at once while Redis is away; a repeat with the same id is harmless. */
export async function connectProducer(url: string, log: Logger): Promise<Redis> {
  const redis = new Redis(url, {
    ...shared,
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  prepare(redis, log);
  await redis.connect();
  return redis;
}

/**
 * For taking: waits for Redis without limit. No command timeout: the blocking copy that BullMQ makes would inherit it
 * and never see a job (infra.md 1.13).
 */
export function connectConsumer(url: string, log: Logger): Redis {
  const redis = new Redis(url, { ...shared, maxRetriesPerRequest: null });
  prepare(redis, log);
  return redis;
}

function prepare(redis: Redis, log: Logger): void {
  redis.on('connect', () => joinWrites(redis.stream));
  redis.on('error', (error: Error) => {
    log.warn({ error: error.message }, 'queue connection error');
  });
}
