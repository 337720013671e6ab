import { randomUUID } from 'node:crypto';
import { connectConsumer, connectProducer } from '../../shared/adapters/bullmq/connect-bullmq.ts';
import { BullmqJobQueue } from '../../shared/adapters/bullmq/job-queue.ts';
import { consumeQueue } from '../../shared/adapters/bullmq/queue-consumer.ts';
import { connectNats } from '../../shared/adapters/nats/connect-nats.ts';
import { ensureStreams } from '../../shared/adapters/nats/ensure-streams.ts';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import { serveCancels } from '../../shared/adapters/nats/owner-signal.ts';
import { NatsResultPublisher } from '../../shared/adapters/nats/result-publisher.ts';
import { createProvider } from '../../shared/adapters/providers/registry.ts';
import { RedisBreakerStore } from '../../shared/adapters/redis/breaker-store.ts';
import { connectRedis } from '../../shared/adapters/redis/connect-redis.ts';
import { FleetClock } from '../../shared/adapters/redis/fleet-clock.ts';
import { RedisFleetLimiter } from '../../shared/adapters/redis/fleet-limiter.ts';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import { RedisRetryBudgets } from '../../shared/adapters/redis/retry-budgets.ts';
import type { Catalogue } from '../../shared/contracts/config/catalogue.ts';
import { attemptMessageSchema } from '../../shared/contracts/queue/messages.ts';
import { queueNames } from '../../shared/contracts/redis-keys.ts';
import { runService, type ServiceContext } from '../../shared/platform/lifecycle/run-service.ts';
import type { BreakerStore } from '../../shared/ports/breaker.ts';
import type { QueueConsumer } from '../../shared/ports/job-queue.ts';
import type { Logger } from '../../shared/ports/logger.ts';
import type { Provider } from '../../shared/ports/provider.ts';
import { BreakerWatch } from '../../shared/resilience/breaker-watch.ts';
import { BreakerGate } from './breaker-gate.ts';
import { isLimited } from './minute-limits.ts';
import { OwnedJobs } from './owned-jobs.ts';
import { Pacer } from './pacer.ts';
import { runAttempt } from './run-attempt.ts';
import { ShortHolds } from './short-holds.ts';

/** Calls of one provider at once in this process; a configured limit holds over the fleet. */
const CALLS_PER_PROCESS = 256;

/** How long running calls may go on when the process is told to end. */
const DRAIN_GRACE_MS = 5_000;
const DRAIN_TIMEOUT_MS = 15_000;

await runService('worker', process.env, async (context: ServiceContext) => {
  const { env, catalogue, log, lifecycle } = context;
  const { retention } = catalogue.document;
  const redis = await connectRedis(env.redisUrl, log);
  lifecycle.onClose('redis', () => redis.disconnect());
  const clock = await FleetClock.start(redis, log);
  lifecycle.onClose('clock', () => clock.close());
  const producer = await connectProducer(env.redisUrl, log);
  lifecycle.onClose('queue connection', () => producer.disconnect());
  const consumer = connectConsumer(env.redisUrl, log);
  lifecycle.onClose('consumer connection', () => consumer.disconnect());
  const nats = await connectNats(env.natsUrl, 'switchyard-worker', log);
  lifecycle.onClose('nats', () => nats.drain());
  await ensureStreams(nats, { ...retention, replicas: env.natsReplicas });

  const providers = createProviders(catalogue, log);
  lifecycle.onClose('providers', async () => {
    await Promise.all([...providers.values()].map((provider) => provider.close()));
  });
  const queue = new BullmqJobQueue(producer);
  lifecycle.onClose('queues', () => queue.close());
  const owned = new OwnedJobs();
  const retries = new RedisRetryBudgets(redis, log);
  lifecycle.onClose('retry budgets', () => retries.close());
  const dependencies = {
    store: new RedisJobStore(redis, retention),
    log: new NatsJobLog(nats),
    results: new NatsResultPublisher(nats),
    queue,
    catalogue,
    providers,
    owned,
    pacer: new Pacer(),
    holds: new ShortHolds(),
    gate: await openGate(context, new RedisBreakerStore(redis)),
    limiter: new RedisFleetLimiter(redis),
    retries,
    logger: log,
    now: clock.now,
    newWriterId: randomUUID,
  };
  serveCancels(nats, (ref) => owned.cancel(ref));
  const consumers: QueueConsumer[] = [];
  for (const { id, limits } of catalogue.document.providers) {
    await queue.limitConcurrency(id, limits.concurrency);
    const { concurrency = CALLS_PER_PROCESS } = limits;
    consumers.push(
      consumeQueue({
        queueName: queueNames.provider(id),
        connection: consumer,
        concurrency: Math.min(concurrency, CALLS_PER_PROCESS),
        ...(isLimited(limits) ? { pause: (waitMs: number) => queue.pause(id, waitMs) } : {}),
        schema: attemptMessageSchema,
        handler: (message, signal) => runAttempt(dependencies, message, signal),
        log,
      }),
    );
  }
  lifecycle.onClose(
    'provider queues',
    async () => {
      await Promise.all(consumers.map((one) => one.drain(DRAIN_GRACE_MS)));
    },
    DRAIN_TIMEOUT_MS,
  );
  return {};
});

/** What asks the fleet's breakers before each call. */
async function openGate(context: ServiceContext, store: BreakerStore): Promise<BreakerGate> {
  const { catalogue, log: logger, lifecycle } = context;
  const breakers = new BreakerWatch({ store, logger, monotonicMs: () => performance.now() });
  lifecycle.onClose('breakers', () => breakers.stop());
  await breakers.start();
  const { providers } = catalogue;
  const gate = new BreakerGate({ breakers, providers, logger, random: Math.random });
  lifecycle.onClose('breaker reports', () => gate.close());
  return gate;
}

/** One adapter a provider. */
function createProviders(catalogue: Catalogue, log: Logger): Map<string, Provider> {
  const providers = new Map<string, Provider>();
  for (const config of catalogue.document.providers) {
    const apiKey = config.apiKeyEnv === undefined ? undefined : process.env[config.apiKeyEnv];
    if (config.apiKeyEnv !== undefined && apiKey === undefined) {
      log.warn({ provider: config.id, variable: config.apiKeyEnv }, 'the provider key is not set');
    }
    providers.set(
      config.id,
      createProvider({ config, ...(apiKey === undefined ? {} : { apiKey }) }),
    );
  }
  return providers;
}
