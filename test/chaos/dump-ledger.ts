import { Redis } from 'ioredis';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';

/** All ledger rows of a tenant over all its days, read from Redis itself. */
export async function dumpLedger(redisUrl: string, tenantId: string): Promise<object[]> {
  const redis = new Redis(redisUrl);
  try {
    const keys = await redis.keys(redisKeys.ledger(tenantId, '*'));
    const days = await Promise.all(
      keys.map(async (key) => ({ day: key.split(':').at(-1), rows: await redis.hgetall(key) })),
    );
    return days.flatMap(({ day, rows }) =>
      Object.entries(rows).map(([jobId, json]): object => ({
        day,
        jobId,
        row: readJson(json),
      })),
    );
  } finally {
    redis.disconnect();
  }
}

/** How many jobs the system itself still holds as open: only for the decision when to end a run. */
export async function countOpenJobs(redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl);
  try {
    return await redis.zcard(redisKeys.openJobs());
  } finally {
    redis.disconnect();
  }
}

function readJson(text: string): unknown {
  return JSON.parse(text);
}
