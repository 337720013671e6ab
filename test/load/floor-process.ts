import { parseArgs } from 'node:util';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type JobsOptions, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { type FloorResult, floorOrderSchema } from './floor-orders.ts';
import { serveParent } from './serve-parent.ts';

/**
 * One of the floor's three processes: `client` adds a job and waits for a message about it, `router` moves the job from
 * the first queue to the second, `worker` takes it from there and publishes the message. This is the least that any
 * router with two queues and a live channel pays; there is no log, no state and no HTTP in it.
 */
const argsSchema = z.object({
  role: z.enum(['client', 'router', 'worker']),
  redis: z.string(),
  nats: z.string(),
  /** Makes the keys and subjects of this run its own. */
  run: z.string().regex(/^[A-Za-z0-9]+$/),
});

/** As the queues of the product: items under work at once in the router and in the worker. */
const ROUTER_CONCURRENCY = 64;
const WORKER_CONCURRENCY = 256;

const JOB_TIMEOUT_MS = 10_000;

const CLEAN: JobsOptions = { removeOnComplete: true, removeOnFail: true };
const BODY = { model: 'bench', messages: [{ role: 'user', content: 'word '.repeat(60) }] };

const { values } = parseArgs({
  options: {
    role: { type: 'string' },
    redis: { type: 'string' },
    nats: { type: 'string' },
    run: { type: 'string' },
  },
});
const args = argsSchema.parse(values);
const redis = new Redis(args.redis, { maxRetriesPerRequest: null });
const nats = await connect({ servers: args.nats, name: `floor-${args.role}` });
const connection = { connection: redis, prefix: `{floor${args.run}}` };

switch (args.role) {
  case 'router': {
    const next = new Queue('provider', connection);
    await serveQueue('intake', ROUTER_CONCURRENCY, async (id) => {
      await next.add('call', BODY, { ...CLEAN, jobId: `${id}-1` });
    });
    break;
  }
  case 'worker':
    await serveQueue('provider', WORKER_CONCURRENCY, (id) => {
      nats.publish(`floor.${args.run}.${id.replace(/-1$/, '')}`, '{"delta":"w0_0 "}');
      return Promise.resolve();
    });
    break;
  case 'client':
    await serveClient(nats);
    break;
}

async function serveQueue(
  name: string,
  concurrency: number,
  take: (id: string) => Promise<void>,
): Promise<void> {
  const worker = new Worker<unknown>(name, (job) => take(job.id ?? ''), {
    ...connection,
    concurrency,
  });
  await worker.waitUntilReady();
  serveParent({ redis: '', nats: '' }, () => Promise.resolve({}));
}

async function serveClient(client: NatsConnection): Promise<void> {
  const inbox = new Queue('intake', connection);
  const waiting = new Map<string, () => void>();
  client.subscribe(`floor.${args.run}.*`, {
    callback: (_error, message) => {
      const id = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      waiting.get(id)?.();
      waiting.delete(id);
    },
  });
  await client.flush();
  await inbox.waitUntilReady();
  let lastNumber = 0;
  const runOne = async (): Promise<number> => {
    lastNumber += 1;
    const id = `job${String(lastNumber)}`;
    const startedAt = performance.now();
    const came = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the floor lost a job')), JOB_TIMEOUT_MS);
      waiting.set(id, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    await inbox.add('job', BODY, { ...CLEAN, jobId: id });
    await came;
    return performance.now() - startedAt;
  };
  const versions = {
    redis: /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown',
    nats: client.info?.version ?? 'unknown',
  };
  serveParent(versions, async (question) => {
    const order = floorOrderSchema.parse(question);
    switch (order.kind) {
      case 'one-at-a-time':
        return runInTurn(order.jobs, runOne);
      case 'at-once':
        return runAtOnce(order, runOne);
      case 'clean-up': {
        for (const name of ['intake', 'provider']) {
          await new Queue(name, connection).obliterate({ force: true });
        }
        return { elapsedMs: 0, latenciesMs: [] };
      }
    }
  });
}

async function runInTurn(jobs: number, runOne: () => Promise<number>): Promise<FloorResult> {
  const startedAt = performance.now();
  const latenciesMs: number[] = [];
  while (latenciesMs.length < jobs) latenciesMs.push(await runOne());
  return { elapsedMs: performance.now() - startedAt, latenciesMs };
}

async function runAtOnce(
  { clients, durationMs }: { readonly clients: number; readonly durationMs: number },
  runOne: () => Promise<number>,
): Promise<FloorResult> {
  const startedAt = performance.now();
  const latenciesMs: number[] = [];
  const loop = async () => {
    while (performance.now() < startedAt + durationMs) latenciesMs.push(await runOne());
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return { elapsedMs: performance.now() - startedAt, latenciesMs };
}
