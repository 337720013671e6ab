import { randomUUID } from 'node:crypto';
import { connectNats } from '../../shared/adapters/nats/connect-nats.ts';
import { ensureStreams } from '../../shared/adapters/nats/ensure-streams.ts';
import { NatsIntakeClient } from '../../shared/adapters/nats/intake-rpc.ts';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import { NatsLiveTail } from '../../shared/adapters/nats/live-tail.ts';
import { RedisApiKeyStore } from '../../shared/adapters/redis/api-key-store.ts';
import { connectRedis } from '../../shared/adapters/redis/connect-redis.ts';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import { makeJobId } from '../../shared/core/ids.ts';
import { Authenticator } from '../../shared/platform/auth/authenticator.ts';
import { runService, type ServiceContext } from '../../shared/platform/lifecycle/run-service.ts';
import { createEdgeServer } from './server.ts';

/** Largest body; what reaches intake is bounded by the NATS server's message size as well. */
const MAX_BODY_BYTES = 8 * 1_048_576;

await runService('edge', process.env, async (context: ServiceContext) => {
  const { env, catalogue, log, lifecycle } = context;
  const { retention } = catalogue.document;
  const redis = await connectRedis(env.redisUrl, log);
  lifecycle.onClose('redis', () => redis.disconnect());
  const nats = await connectNats(env.natsUrl, 'switchyard-edge', log);
  lifecycle.onClose('nats', () => nats.drain());
  await ensureStreams(nats, { ...retention, replicas: env.natsReplicas });

  const keys = new RedisApiKeyStore(redis);
  const server = createEdgeServer(
    {
      intake: new NatsIntakeClient(nats),
      log: new NatsJobLog(nats),
      tail: new NatsLiveTail(nats, log),
      store: new RedisJobStore(redis, retention),
      keys,
      authenticator: new Authenticator(keys, Date.now),
      catalogue,
      logger: log,
      newJobId: () => makeJobId(Date.now(), randomUUID),
      now: Date.now,
    },
    {
      service: 'edge',
      maxBodyBytes: MAX_BODY_BYTES,
      log,
      isReady: async () => redis.status === 'ready' && !nats.isClosed(),
    },
  );
  const url = await server.listen({ host: env.host, port: env.edgePort });
  lifecycle.onClose('http', () => server.close());
  return { url };
});
