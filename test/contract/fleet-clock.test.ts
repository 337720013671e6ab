import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { FleetClock } from '../../shared/adapters/redis/fleet-clock.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { quietLogger } from '../support/quiet-logger.ts';

const HOUR_MS = 3_600_000;

const connections = new BrokerConnections();
let redis: Redis;

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
});

afterAll(() => connections.close());

describe('the clock of the fleet', () => {
  it.each([-HOUR_MS, 0, HOUR_MS])(
    'is that of Redis on a machine that is %i ms off',
    async (offMs) => {
      const wrong = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + offMs);
      const clock = await FleetClock.start(redis, quietLogger);
      wrong.mockRestore();

      const differenceMs = clock.now() - (await redisMs());
      clock.close();

      expect(Math.abs(differenceMs)).toBeLessThan(200);
    },
  );

  it('goes on when the machine’s clock is set while it runs', async () => {
    const clock = await FleetClock.start(redis, quietLogger);

    const wrong = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + HOUR_MS);
    const differenceMs = clock.now() - (await redisMs());
    wrong.mockRestore();
    clock.close();

    expect(Math.abs(differenceMs)).toBeLessThan(200);
  });
});

async function redisMs(): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}
