import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisApiKeyStore } from '../../shared/adapters/redis/api-key-store.ts';
import { digestSecret } from '../../shared/platform/auth/api-key.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { waitUntil } from '../support/wait-until.ts';

const connections = new BrokerConnections();
const PRINCIPAL = { tenantId: 'acme', keyId: 'key-1' };
let store: RedisApiKeyStore;

beforeAll(async () => {
  store = new RedisApiKeyStore(await connections.redis(inject('redisUrl')));
});

afterAll(() => connections.close());

describe('the keys in Redis', () => {
  it('are found by their digest, and nothing else is', async () => {
    const digest = digestSecret(randomUUID());

    await store.put(digest, PRINCIPAL);
    await store.put(digest, PRINCIPAL);

    expect(await store.find(digest)).toEqual(PRINCIPAL);
    expect(await store.find(digestSecret(randomUUID()))).toBeUndefined();
    expect(await store.takeTicket(digest)).toBeUndefined();
  });
});

describe('a ticket in Redis', () => {
  it('is taken by one of many who try at once', async () => {
    const digest = digestSecret(randomUUID());
    await store.putTicket(digest, PRINCIPAL, 30_000);

    const taken = await Promise.all(Array.from({ length: 20 }, () => store.takeTicket(digest)));

    expect(taken.filter((one) => one !== undefined)).toEqual([PRINCIPAL]);
  });

  it('is gone when its time is over', async () => {
    const redis = await connections.redis(inject('redisUrl'));
    const digest = digestSecret(randomUUID());
    await store.putTicket(digest, PRINCIPAL, 50);

    await waitUntil(async () => (await redis.keys(`*${digest}*`)).length === 0, {
      withinMs: 2_000,
      what: 'the ticket is over',
    });

    expect(await store.takeTicket(digest)).toBeUndefined();
  });

  it('is no API key', async () => {
    const digest = digestSecret(randomUUID());

    await store.putTicket(digest, PRINCIPAL, 30_000);

    expect(await store.find(digest)).toBeUndefined();
  });
});
