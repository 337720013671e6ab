import type { Redis } from 'ioredis';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';

export interface BudgetReading {
  readonly reservedNanoUsd: number;
  /** Of all buckets that are kept. */
  readonly bookedNanoUsd: number;
}

/** A budget as Redis has it, read past our own code. */
export async function readBudget(
  redis: Redis,
  name: Parameters<typeof redisKeys.budget>[0],
): Promise<BudgetReading> {
  const fields = Object.entries(await redis.hgetall(redisKeys.budget(name)));
  const booked = fields.filter(([field]) => /^b\d+$/.test(field));
  return {
    reservedNanoUsd: Number(fields.find(([field]) => field === 'reserved')?.[1] ?? 0),
    bookedNanoUsd: booked.reduce((sum, [, cost]) => sum + Number(cost), 0),
  };
}
