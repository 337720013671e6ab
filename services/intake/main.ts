import { randomUUID } from 'node:crypto';
import { connectProducer } from '../../shared/adapters/bullmq/connect-bullmq.ts';
import { BullmqJobQueue } from '../../shared/adapters/bullmq/job-queue.ts';
import { NatsAlertPublisher } from '../../shared/adapters/nats/alert-publisher.ts';
import { connectNats } from '../../shared/adapters/nats/connect-nats.ts';
import { ensureStreams } from '../../shared/adapters/nats/ensure-streams.ts';
import { serveIntake } from '../../shared/adapters/nats/intake-rpc.ts';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import { NatsOwnerSignal } from '../../shared/adapters/nats/owner-signal.ts';
import { NatsResultPublisher } from '../../shared/adapters/nats/result-publisher.ts';
import { RedisApiKeyStore } from '../../shared/adapters/redis/api-key-store.ts';
import { connectRedis } from '../../shared/adapters/redis/connect-redis.ts';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import { AlertWebhook } from '../../shared/adapters/webhook/alert-webhook.ts';
import { makeJobId } from '../../shared/core/ids.ts';
import { digestSecret } from '../../shared/platform/auth/api-key.ts';
import { Authenticator } from '../../shared/platform/auth/authenticator.ts';
import { runService, type ServiceContext } from '../../shared/platform/lifecycle/run-service.ts';
import type { AlertPublisher } from '../../shared/ports/alert-publisher.ts';
import { cancelFromEdge, submitFromEdge } from './serve-edge.ts';
import { createIntakeServer } from './server.ts';

/** Largest job request over HTTP, images as data URLs included. */
const MAX_BODY_BYTES = 8 * 1_048_576;

await runService('intake', process.env, async (context: ServiceContext) => {
  const { env, catalogue, log, lifecycle } = context;
  const { retention } = catalogue.document;
  const redis = await connectRedis(env.redisUrl, log);
  lifecycle.onClose('redis', () => redis.disconnect());
  const producer = await connectProducer(env.redisUrl, log);
  lifecycle.onClose('queue connection', () => producer.disconnect());
  const nats = await connectNats(env.natsUrl, 'switchyard-intake', log);
  lifecycle.onClose('nats', () => nats.drain());
  await ensureStreams(nats, { ...retention, replicas: env.natsReplicas });

  const keys = new RedisApiKeyStore(redis);
  if (env.bootstrapApiKey !== undefined) {
    await keys.put(digestSecret(env.bootstrapApiKey), { tenantId: 'default', keyId: 'bootstrap' });
  }
  const queue = new BullmqJobQueue(producer);
  lifecycle.onClose('queues', () => queue.close());
  const webhook = new AlertWebhook(log);
  lifecycle.onClose('webhooks', () => webhook.close());
  const dependencies = {
    store: new RedisJobStore(redis, retention),
    log: new NatsJobLog(nats),
    results: new NatsResultPublisher(nats),
    owner: new NatsOwnerSignal(nats),
    queue,
    catalogue,
    alerts: toAll([new NatsAlertPublisher(nats), webhook]),
    newJobId: () => makeJobId(Date.now(), randomUUID),
    instanceId: randomUUID(),
    now: Date.now,
    authenticator: new Authenticator(keys, Date.now),
  };
  serveIntake(
    nats,
    {
      submit: (submission) => submitFromEdge(dependencies, submission),
      cancel: (ref) => cancelFromEdge(dependencies, ref),
    },
    log,
  );
  const server = createIntakeServer(dependencies, {
    service: 'intake',
    maxBodyBytes: MAX_BODY_BYTES,
    log,
    isReady: async () => redis.status === 'ready' && !nats.isClosed(),
  });
  const url = await server.listen({ host: env.host, port: env.intakePort });
  lifecycle.onClose('http', () => server.close());
  return { url };
});

function toAll(publishers: readonly AlertPublisher[]): AlertPublisher {
  return {
    publish(alert, webhookUrl) {
      for (const publisher of publishers) publisher.publish(alert, webhookUrl);
    },
  };
}
