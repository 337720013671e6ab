import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../ports/logger.ts';

/**
 * A NATS connection that never gives up and notices a dead link within ten seconds. The library's defaults close for
 * good after 20 s of outage and see a black hole only after minutes (infra.md 2.4).
 */
export async function connectNats(url: string, name: string, log: Logger): Promise<NatsConnection> {
  const connection = await connect({
    servers: url,
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 2_000,
  });
  void logStatus(connection, log);
  return connection;
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect') {
      log.warn({ event: status.type }, 'nats connection changed');
    }
    if (status.type === 'error') log.error({ error: status.error.message }, 'nats error');
  }
}
