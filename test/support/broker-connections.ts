import type { NatsConnection } from '@nats-io/transport-node';
import type { Redis } from 'ioredis';
import { startBrokers } from '../../infra/brokers/start-brokers.ts';
import { connectNats } from '../../shared/adapters/nats/connect-nats.ts';
import { ensureStreams } from '../../shared/adapters/nats/ensure-streams.ts';
import { connectRedis } from '../../shared/adapters/redis/connect-redis.ts';
import { quietLogger } from './quiet-logger.ts';

const STREAM_LIMITS = {
  logHours: 48,
  logMaxBytes: 1_073_741_824,
  resultHours: 24,
  resultMaxBytes: 1_073_741_824,
  replicas: 1,
};

type CleanUp = () => Promise<void> | void;

/** What a test opens on its brokers; `close` closes it again, the last first. */
export class BrokerConnections {
  readonly #cleanUps: CleanUp[] = [];

  /** A connection to NATS on which both streams exist. */
  async nats(url: string): Promise<NatsConnection> {
    const connection = await this.bareNats(url);
    await ensureStreams(connection, STREAM_LIMITS);
    return connection;
  }

  async bareNats(url: string): Promise<NatsConnection> {
    const connection = await connectNats(url, 'contract-test', quietLogger);
    this.onClose(() => connection.close());
    return connection;
  }

  async redis(url: string): Promise<Redis> {
    const redis = await connectRedis(url, quietLogger);
    this.onClose(() => redis.disconnect());
    return redis;
  }

  /** A NATS of its own for a test that pauses or kills it. */
  async privateNats() {
    const brokers = await startBrokers({ redisUrl: 'redis://127.0.0.1:1', say: () => undefined });
    this.onClose(() => brokers.stop());
    if (brokers.nats === undefined) throw new Error('no NATS of our own was started');
    return { url: brokers.natsUrl, process: brokers.nats };
  }

  onClose(cleanUp: CleanUp): void {
    this.#cleanUps.push(cleanUp);
  }

  async close(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp();
  }
}
