import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectConsumer, connectProducer } from '../../shared/adapters/bullmq/connect-bullmq.ts';
import { BullmqJobQueue } from '../../shared/adapters/bullmq/job-queue.ts';
import { consumeQueue } from '../../shared/adapters/bullmq/queue-consumer.ts';
import {
  type AttemptMessage,
  attemptMessageSchema,
} from '../../shared/contracts/queue/messages.ts';
import { queueNames } from '../../shared/contracts/redis-keys.ts';
import type {
  Delivery,
  MessageHandler,
  Priority,
  QueueConsumer,
} from '../../shared/ports/job-queue.ts';
import type { Logger } from '../../shared/ports/logger.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { newRef } from '../support/builders.ts';
import { quietLogger } from '../support/quiet-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

const DONE: Delivery = { kind: 'done' };
const SOON = { withinMs: 5_000, what: 'the deliveries' };

const connections = new BrokerConnections();
let queue: BullmqJobQueue;

beforeAll(async () => {
  const producer = await connectProducer(inject('redisUrl'), quietLogger);
  connections.onClose(() => producer.disconnect());
  queue = new BullmqJobQueue(producer);
  connections.onClose(() => queue.close());
});

afterAll(() => connections.close());

describe.concurrent('a work queue', () => {
  it('delivers a message as it was added, once, though it was added twice', async () => {
    const { provider, add, message } = aQueue();
    await add(message);
    await add(message);
    await add({ ...message, attempt: 2 });

    const { seen } = consume(provider);

    await waitUntil(() => seen.length === 2, SOON);
    await waitUntil(async () => !(await holds(provider, message)), SOON);
    expect(seen).toEqual([message, { ...message, attempt: 2 }]);
  });

  it('takes an attempt that was given back beside the item that it was, and holds it', async () => {
    const { provider, add, message } = aQueue();
    const given = { ...message, turn: 1 };
    await add(message);
    const before = await queue.holds({ ...given, providerId: provider });
    await add(given);

    const after = await queue.holds({ ...given, providerId: provider });
    const { seen } = consume(provider);
    await waitUntil(() => seen.length === 2, SOON);
    expect([before, after]).toEqual([false, true]);
  });

  it('does not deliver before the delay is over', async () => {
    const { provider, message } = aQueue();
    const { seen } = consume(provider);
    const addedAt = performance.now();

    await queue.enqueueAttempt(provider, message, { priority: 'interactive', delayMs: 400 });

    await waitUntil(() => seen.length === 1, SOON);
    expect(performance.now() - addedAt).toBeGreaterThanOrEqual(395);
  });

  it('knows whether it holds a job: waiting, delayed, running, and not once it is done', async () => {
    const { provider, message } = aQueue();
    const work = Promise.withResolvers<Delivery>();
    const before = await holds(provider, message);
    await queue.enqueueAttempt(provider, message, { priority: 'interactive', delayMs: 100 });
    const delayed = await holds(provider, message);
    const { seen } = consume(provider, () => work.promise);
    await waitUntil(() => seen.length === 1, SOON);
    const running = await holds(provider, message);

    work.resolve(DONE);

    await waitUntil(async () => !(await holds(provider, message)), SOON);
    expect([before, delayed, running]).toEqual([false, true, true]);
  });

  it('holds a job whose decision waits, of this attempt or the next', async () => {
    const ref = newRef();
    const place = { logSequence: 0, seq: 0 };

    await queue.enqueueRoute({ ...ref, ...place, attempt: 2 }, { priority: 'interactive' });

    const answers = [1, 2, 3].map((attempt) => queue.holds({ jobId: ref.jobId, attempt }));
    expect(await Promise.all(answers)).toEqual([true, true, false]);
  });

  it('gives interactive messages before batch ones, each in the order of their adding', async () => {
    const { provider, message } = aQueue();
    const order: [Priority, number][] = [
      ['batch', 1],
      ['batch', 2],
      ['interactive', 3],
      ['batch', 4],
      ['interactive', 5],
    ];
    for (const [priority, attempt] of order) {
      await queue.enqueueAttempt(provider, { ...message, attempt }, { priority });
    }

    const { seen } = consume(provider, async () => DONE, { concurrency: 1 });

    await waitUntil(() => seen.length === 5, SOON);
    expect(seen.map(({ attempt }) => attempt)).toEqual([3, 5, 1, 2, 4]);
  });

  it('gives back later what a handler cannot do now, as often as it says so', async () => {
    const { provider, add, message } = aQueue();
    const times: number[] = [];
    await add(message);

    const { seen } = consume(provider, async () => {
      times.push(performance.now());
      return times.length < 4 ? { kind: 'later', delayMs: 150 } : DONE;
    });

    await waitUntil(async () => !(await holds(provider, message)), SOON);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(seen).toEqual([message, message, message, message]);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(145);
  });

  it('takes off what a handler throws on or cannot be read, says so, and goes on', async () => {
    const { provider, add, message } = aQueue();
    const errors: object[] = [];
    await add({ ...message, attempt: 1 });
    await add({ ...message, attempt: 2, tenantId: 'no:tenant' });
    await add({ ...message, attempt: 3 });
    const log = { ...quietLogger, error: (fields: object) => errors.push(fields) };

    const { seen } = consume(
      provider,
      async ({ attempt }) => {
        if (attempt === 1) throw new Error('a defect');
        return DONE;
      },
      { log, concurrency: 1 },
    );

    await waitUntil(() => seen.length === 2 && errors.length === 2, SOON);
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 3]);
    expect(await holds(provider, message)).toBe(false);
  });

  it('runs no more at once over all consumers than a configured limit', async () => {
    const { provider, add, message } = aQueue();
    let running = 0;
    let most = 0;
    let done = 0;
    await queue.limitConcurrency(provider, 3);
    for (let attempt = 1; attempt <= 12; attempt += 1) await add({ ...message, attempt });
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 30));
      running -= 1;
      done += 1;
      return DONE;
    };

    consume(provider, handler);
    consume(provider, handler);

    await waitUntil(() => done === 12, SOON);
    expect(most).toBe(3);
  });

  it('gives a message out again whose consumer was killed', async () => {
    const { provider, add, message } = aQueue();
    await add(message);
    const child = startChildThatHangs(queueNames.provider(provider));
    await once(child.stdout ?? child, 'data');
    const { seen } = consume(provider);

    child.kill('SIGKILL');

    await waitUntil(() => seen.length === 1, { withinMs: 15_000, what: 'the second delivery' });
    expect(seen).toEqual([message]);
  });

  it('lets what runs finish when it drains, and takes no more', async () => {
    const { provider, add, message } = aQueue();
    const work = Promise.withResolvers<Delivery>();
    const signals: AbortSignal[] = [];
    await add(message);
    await add({ ...message, attempt: 2 });
    const handler: MessageHandler<AttemptMessage> = (_message, signal) => {
      signals.push(signal);
      return work.promise;
    };
    const { consumer, seen } = consume(provider, handler, { concurrency: 1 });
    await waitUntil(() => seen.length === 1, SOON);

    const drained = consumer.drain(5_000);
    work.resolve(DONE);
    await drained;

    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(seen).toHaveLength(1);
    expect(await holds(provider, { ...message, attempt: 2 })).toBe(true);
  });

  it('aborts what still runs when the grace of a drain is over, and waits for its answer', async () => {
    const { provider, add, message } = aQueue();
    await add(message);
    let abortedAt = 0;
    const { consumer, seen } = consume(provider, async (_message, signal) => {
      await once(signal, 'abort');
      abortedAt = performance.now();
      return { kind: 'later', delayMs: 0 };
    });
    await waitUntil(() => seen.length === 1, SOON);
    const startedAt = performance.now();

    await consumer.drain(300);

    expect(abortedAt - startedAt).toBeGreaterThanOrEqual(295);
    expect(abortedAt - startedAt).toBeLessThan(1_500);
    expect(await holds(provider, message)).toBe(true);
  });
});

/** A provider queue of its own with a message for it. */
function aQueue() {
  const provider = `p${randomUUID()}`;
  const place = { attempt: 1, logSequence: 5, seq: 1 };
  const told = { deployment: 'one/a', reason: 'cheapest' };
  const message: AttemptMessage = { ...newRef(), ...place, ...told };
  const add = (one: AttemptMessage) =>
    queue.enqueueAttempt(provider, one, { priority: 'interactive' });
  return { provider, message, add };
}

function consume(
  provider: string,
  handler: MessageHandler<AttemptMessage> = async () => DONE,
  { log = quietLogger, concurrency = 10 }: { log?: Logger; concurrency?: number } = {},
): { seen: AttemptMessage[]; consumer: QueueConsumer } {
  const seen: AttemptMessage[] = [];
  const connection = connectConsumer(inject('redisUrl'), quietLogger);
  connections.onClose(() => connection.disconnect());
  const consumer = consumeQueue({
    queueName: queueNames.provider(provider),
    connection,
    concurrency,
    schema: attemptMessageSchema,
    handler: (message, signal) => {
      seen.push(message);
      return handler(message, signal);
    },
    log,
  });
  connections.onClose(() => consumer.drain(0));
  return { seen, consumer };
}

function holds(providerId: string, { jobId, attempt }: AttemptMessage): Promise<boolean> {
  return queue.holds({ jobId, attempt, providerId });
}

/** Takes one message of the queue, says so and never finishes it. */
function startChildThatHangs(queueName: string): ChildProcess {
  const moduleUrl = (path: string) => JSON.stringify(import.meta.resolve(path));
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `const { connectConsumer } = await import(${moduleUrl('../../shared/adapters/bullmq/connect-bullmq.ts')});
     const { consumeQueue } = await import(${moduleUrl('../../shared/adapters/bullmq/queue-consumer.ts')});
     const { attemptMessageSchema } = await import(${moduleUrl('../../shared/contracts/queue/messages.ts')});
     const log = { debug() {}, info() {}, warn() {}, error() {} };
     consumeQueue({
       queueName: ${JSON.stringify(queueName)},
       connection: connectConsumer(${JSON.stringify(inject('redisUrl'))}, log),
       concurrency: 1,
       schema: attemptMessageSchema,
       handler: () => { console.log('taken'); return new Promise(() => {}); },
       log,
     });`,
  ]);
  connections.onClose(() => {
    child.kill('SIGKILL');
  });
  return child;
}
