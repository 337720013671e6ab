import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrokerProcess, ServerProcess } from './broker-process.ts';
import type { ServerPlace } from './server-place.ts';

/** NATS with JetStream as a child process; nothing runs before its `start`. */
export async function prepareNats(binary: string, place: ServerPlace): Promise<BrokerProcess> {
  const storeDir = join(place.dataDir, 'nats');
  await mkdir(storeDir, { recursive: true });
  const configFile = join(place.dataDir, 'nats.conf');
  await writeFile(configFile, natsConfig(`127.0.0.1:${place.port}`, storeDir));
  return new ServerProcess({
    name: 'nats-server',
    file: binary,
    args: ['--config', configFile],
    port: place.port,
    readyLine: 'Server is ready',
    pidFile: join(place.dataDir, 'nats.pid'),
    say: place.say,
  });
}

/**
 * Settings of every NATS we start. max_payload: one result message holds a whole answer. max_pending: what the server
 * keeps for one slow connection before it cuts it off. Only settings that NATS 2.9 knows.
 */
export function natsConfig(listen: string, storeDir: string): string {
  return `# Written at every start; changes here are lost.
listen: ${JSON.stringify(listen)}
server_name: switchyard-embedded
max_payload: 8MB
max_pending: 64MB
jetstream {
  store_dir: ${JSON.stringify(storeDir)}
  max_memory_store: 256MB
  max_file_store: 16GB
}
`;
}
