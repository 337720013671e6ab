import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerProcess } from './broker-process.ts';
import { findBinary } from './find-binary.ts';
import { natsConfig } from './nats-process.ts';
import { REDIS_SETTINGS } from './redis-process.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import type { ServerPlace } from './server-place.ts';

const REDIS_IMAGE = 'redis:7.2-alpine';
const NATS_IMAGE = 'nats:2.12-alpine';
const INFO_WITHIN_MS = 5_000;
const COMMAND_WITHIN_MS = 30_000;
const PULL_WITHIN_MS = 5 * 60_000;
const READY_WITHIN_MS = 15_000;
const POLL_MS = 50;

/** The docker client when an engine answers it; a client without an engine is not enough. */
export async function findDocker(searchPath: string): Promise<string | undefined> {
  const client = await findBinary('docker', searchPath);
  if (client === undefined) return undefined;
  const info = await runCommand(client, ['info'], { timeoutMs: INFO_WITHIN_MS });
  return info.isOk ? client : undefined;
}

export async function prepareRedisContainer(
  client: string,
  place: ServerPlace,
): Promise<BrokerProcess> {
  const folder = join(place.dataDir, 'redis');
  await mkdir(folder, { recursive: true });
  const mount = ['--volume', `${folder}:/data`, '--publish', `127.0.0.1:${place.port}:6379`];
  return new DockerBroker({
    client,
    name: containerName('redis', place),
    runArgs: [...mount, REDIS_IMAGE, 'redis-server', ...REDIS_SETTINGS],
    port: place.port,
  });
}

export async function prepareNatsContainer(
  client: string,
  place: ServerPlace,
): Promise<BrokerProcess> {
  const folder = join(place.dataDir, 'nats');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'nats.conf'), natsConfig('0.0.0.0:4222', '/data'));
  const mount = ['--volume', `${folder}:/data`, '--publish', `127.0.0.1:${place.port}:4222`];
  return new DockerBroker({
    client,
    name: containerName('nats', place),
    runArgs: [...mount, NATS_IMAGE, '--config', '/data/nats.conf'],
    port: place.port,
  });
}

type ContainerSettings = {
  client: string;
  name: string;
  runArgs: readonly string[];
  port: number;
};

/** A broker in a container of ours; the same folder always gets the same container name, so a left-over is found. */
class DockerBroker implements BrokerProcess {
  readonly port: number;
  readonly pid = undefined;
  readonly #settings: ContainerSettings;

  constructor(settings: ContainerSettings) {
    this.port = settings.port;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    const { name, runArgs } = this.#settings;
    await this.#docker(['rm', '--force', name]);
    const run = await this.#docker(['run', '--detach', '--name', name, ...runArgs], PULL_WITHIN_MS);
    if (!run.isOk) throw new Error(`docker run of ${name} failed: ${run.output}`);
    if (await answersInTime(this.port)) return;
    const logs = await this.#docker(['logs', '--tail', '20', name]);
    await this.stop();
    throw new Error(
      `container ${name} did not answer on 127.0.0.1:${this.port} within ${READY_WITHIN_MS} ms. ` +
        `Its last log lines:\n${logs.output}`,
    );
  }

  /** A container that cannot be stopped is removed all the same, so a failure of either step shows in the second. */
  async stop(): Promise<void> {
    const { name } = this.#settings;
    await this.#docker(['stop', '--time', '5', name]);
    const removal = await this.#docker(['rm', '--force', name]);
    if (!removal.isOk) throw new Error(`docker rm of ${name} failed: ${removal.output}`);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const { name } = this.#settings;
    const result = await this.#docker(['kill', '--signal', signal, name]);
    if (!result.isOk) throw new Error(`docker kill of ${name} failed: ${result.output}`);
  }

  #docker(args: readonly string[], timeoutMs = COMMAND_WITHIN_MS): Promise<CommandResult> {
    return runCommand(this.#settings.client, args, { timeoutMs });
  }
}

function containerName(broker: string, place: ServerPlace): string {
  const mark = createHash('sha256').update(place.dataDir).digest('hex').slice(0, 12);
  return `switchyard-${broker}-${mark}`;
}

/**
 * The engine's port forwarder takes connections before the server does, so an open port says nothing: only an answer
 * counts. Both servers answer a line that says PING (Redis with +PONG, NATS with its INFO).
 */
async function answersInTime(port: number): Promise<boolean> {
  const untilMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < untilMs) {
    if (await answersPing(port)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 1_000 });
    const settle = (isAnswered: boolean) => {
      socket.destroy();
      resolve(isAnswered);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (bytes) => settle(/^(\+PONG|INFO )/.test(bytes.toString('latin1'))));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
