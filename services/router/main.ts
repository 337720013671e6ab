import { randomUUID } from 'node:crypto';
import { connectConsumer, connectProducer } from '../../shared/adapters/bullmq/connect-bullmq.ts';
import { BullmqJobQueue } from '../../shared/adapters/bullmq/job-queue.ts';
import { consumeQueue } from '../../shared/adapters/bullmq/queue-consumer.ts';
import { connectNats } from '../../shared/adapters/nats/connect-nats.ts';
import { ensureStreams } from '../../shared/adapters/nats/ensure-streams.ts';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import { NatsResultPublisher } from '../../shared/adapters/nats/result-publisher.ts';
import { unsupportedBy } from '../../shared/adapters/providers/registry.ts';
import { RedisBreakerStore } from '../../shared/adapters/redis/breaker-store.ts';
import { connectRedis } from '../../shared/adapters/redis/connect-redis.ts';
import { FleetClock } from '../../shared/adapters/redis/fleet-clock.ts';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import { RedisRetryBudgets } from '../../shared/adapters/redis/retry-budgets.ts';
import { routeMessageSchema } from '../../shared/contracts/queue/messages.ts';
import { queueNames } from '../../shared/contracts/redis-keys.ts';
import { runService, type ServiceContext } from '../../shared/platform/lifecycle/run-service.ts';
import { BreakerWatch } from '../../shared/resilience/breaker-watch.ts';
import { ReconcileLoop } from './reconcile-loop.ts';
import { routeJob } from './route-job.ts';

/** Decisions under way at once in this process. */
const CONCURRENCY = 64;

const DRAIN_GRACE_MS = 5_000;

await runService('router', process.env, async (context: ServiceContext) => {
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
  const nats = await connectNats(env.natsUrl, 'switchyard-router', log);
  lifecycle.onClose('nats', () => nats.drain());
  await ensureStreams(nats, { ...retention, replicas: env.natsReplicas });

  const queue = new BullmqJobQueue(producer);
  lifecycle.onClose('queues', () => queue.close());
  const retries = new RedisRetryBudgets(redis, log);
  lifecycle.onClose('retry budgets', () => retries.close());
  const breakers = new BreakerWatch({
    store: new RedisBreakerStore(redis),
    logger: log,
    monotonicMs: () => performance.now(),
  });
  lifecycle.onClose('breakers', () => breakers.stop());
  await breakers.start();
  const dependencies = {
    store: new RedisJobStore(redis, retention),
    log: new NatsJobLog(nats),
    results: new NatsResultPublisher(nats),
    queue,
    catalogue,
    retries,
    breakers,
    unsupportedBy,
    instanceId: randomUUID(),
    now: clock.now,
    random: Math.random,
    logger: log,
  };
  const loop = new ReconcileLoop(dependencies);
  lifecycle.onClose('reconciler', () => loop.stop());
  const jobs = consumeQueue({
    queueName: queueNames.jobs,
    connection: consumer,
    concurrency: CONCURRENCY,
    schema: routeMessageSchema,
    handler: (message) => routeJob(dependencies, message),
    log,
  });
  lifecycle.onClose('jobs queue', () => jobs.drain(DRAIN_GRACE_MS));
  return {};
});
