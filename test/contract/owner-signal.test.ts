import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { NatsOwnerSignal, serveCancels } from '../../shared/adapters/nats/owner-signal.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { CancelHandler } from '../../shared/ports/owner-signal.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { newRef } from '../support/builders.ts';

let connections: BrokerConnections;
let owner: NatsOwnerSignal;

beforeEach(async () => {
  connections = new BrokerConnections();
  owner = new NatsOwnerSignal(await connections.bareNats(inject('natsUrl')));
  connections.onClose(() => owner.close());
});

afterEach(() => connections.close());

describe('the signal to the owner of a job', () => {
  it('reaches the worker that has it, past those that have not', async () => {
    const ref = newRef();
    const asked: JobRef[] = [];
    await serve(() => undefined);
    await serve((one) => {
      asked.push(one);
      return Promise.resolve();
    });
    await serve(() => undefined);

    const isEnded = await owner.requestCancel(ref, 2_000);

    expect(isEnded).toBe(true);
    expect(asked).toEqual([ref]);
  });

  it('is answered when the job has ended, not before', async () => {
    const ended = Promise.withResolvers<void>();
    const events: string[] = [];
    await serve(() => ended.promise.then(() => void events.push('ended')));

    const request = owner.requestCancel(newRef(), 5_000).then(() => void events.push('answered'));
    await connections.bareNats(inject('natsUrl'));
    ended.resolve();
    await request;

    expect(events).toEqual(['ended', 'answered']);
  });

  it('is in vain within the time given when no worker has the job', async () => {
    await serve(() => undefined);
    const startedAt = performance.now();

    const isEnded = await owner.requestCancel(newRef(), 300);

    expect(isEnded).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('is in vain at once when there is no worker', async () => {
    const startedAt = performance.now();

    const isEnded = await owner.requestCancel(newRef(), 5_000);

    expect(isEnded).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

async function serve(handler: CancelHandler): Promise<void> {
  const connection = await connections.bareNats(inject('natsUrl'));
  serveCancels(connection, handler);
  await connection.flush();
}
