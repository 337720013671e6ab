import type { BrokerProcess } from './broker-process.ts';
import { openDataFolder } from './data-folder.ts';
import { findDocker, prepareNatsContainer, prepareRedisContainer } from './docker-broker.ts';
import { findBinary, serverSearchPath } from './find-binary.ts';
import { findFreePort } from './free-port.ts';
import { installBinaries } from './install-binaries.ts';
import { prepareNats } from './nats-process.ts';
import { prepareRedis } from './redis-process.ts';
import type { ServerPlace } from './server-place.ts';

export type BrokerOptions = {
  /** Folder for the brokers' data, kept between starts. Absent: a temporary one, removed at stop. */
  dataDir?: string | undefined;
  /** Use this Redis as it is instead of starting one. */
  redisUrl?: string | undefined;
  /** Use this NATS as it is instead of starting one. */
  natsUrl?: string | undefined;
  /** Folders to look for programs in; default: this process's PATH and where servers are usually installed. */
  searchPath?: string;
  /** Takes one line for people at a time; default: standard error. */
  say?: (line: string) => void;
};

/** `given`: an address of the caller's; `binary`: a server program of this machine; `container`: a container engine. */
export type BrokerSource = 'given' | 'binary' | 'container';

export type Brokers = {
  redisUrl: string;
  natsUrl: string;
  how: { redis: BrokerSource; nats: BrokerSource };
  /** Present when we started it. */
  redis?: BrokerProcess;
  /** Present when we started it. */
  nats?: BrokerProcess;
  /** Stops what we started, gives the data folder free; safe to call twice. */
  stop(): Promise<void>;
};

type BrokerKind = 'redis' | 'nats';
/** Full paths. */
type Programs = Partial<Record<BrokerKind | 'docker', string>>;
type Started = { url: string; source: BrokerSource; process?: BrokerProcess };

const PORT_TRIES_MAX = 3;
/** As Redis, NATS and the container engine word it. */
const PORT_TAKEN = /address already in use|port is already allocated/i;
const SERVER_NAME = { redis: 'redis-server', nats: 'nats-server' } as const;

/**
 * Redis and NATS for everything that runs on this machine: the given ones, else servers of our own on free loopback
 * ports. Throws an Error with one clear sentence when there is no way to get them.
 */
export async function startBrokers(options: BrokerOptions): Promise<Brokers> {
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`));
  const given = { redis: options.redisUrl, nats: options.natsUrl };
  const missing = (['redis', 'nats'] as const).filter((kind) => given[kind] === undefined);
  const searchPath = options.searchPath ?? serverSearchPath(process.env['PATH']);
  const folder = missing.length === 0 ? undefined : await openDataFolder(options.dataDir);
  const processes: BrokerProcess[] = [];
  const stop = async () => {
    try {
      for (const broker of processes.splice(0).reverse()) await broker.stop();
    } finally {
      await folder?.release();
    }
  };

  try {
    const programs = await providePrograms(missing, searchPath, say);
    const start = async (kind: BrokerKind): Promise<Started> => {
      const url = given[kind];
      if (url !== undefined || folder === undefined) return { url: url ?? '', source: 'given' };
      const started = await startOnFreePort(kind, programs, { dataDir: folder.path, say });
      processes.push(started.process);
      return started;
    };
    return describe(await start('redis'), await start('nats'), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function describe(redis: Started, nats: Started, stop: () => Promise<void>): Brokers {
  return {
    redisUrl: redis.url,
    natsUrl: nats.url,
    how: { redis: redis.source, nats: nats.source },
    ...(redis.process === undefined ? {} : { redis: redis.process }),
    ...(nats.process === undefined ? {} : { nats: nats.process }),
    stop,
  };
}

/** What is there to run the brokers with: servers, installed if need be, and a container engine where one is missing. */
async function providePrograms(
  kinds: readonly BrokerKind[],
  searchPath: string,
  say: (line: string) => void,
): Promise<Programs> {
  const found = await findServers(kinds, searchPath);
  const absent = kinds.filter((kind) => found[kind] === undefined).map((kind) => SERVER_NAME[kind]);
  if (absent.length === 0) return found;
  const failure = await installBinaries(absent, {
    searchPath,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    say,
  });
  const foundNow = await findServers(kinds, searchPath);
  if (kinds.every((kind) => foundNow[kind] !== undefined)) return foundNow;
  const docker = await findDocker(searchPath);
  if (docker !== undefined) return { ...foundNow, docker };
  throw new Error(howToGet(absent, failure ?? 'installing them left no program behind'));
}

async function findServers(kinds: readonly BrokerKind[], searchPath: string): Promise<Programs> {
  const found: Programs = {};
  for (const kind of kinds) {
    const path = await findBinary(SERVER_NAME[kind], searchPath);
    if (path !== undefined) found[kind] = path;
  }
  return found;
}

function howToGet(names: readonly string[], failure: string): string {
  const command =
    process.platform === 'darwin'
      ? `brew install ${names.join(' ').replace('redis-server', 'redis')}`
      : `sudo apt-get install -y ${names.join(' ')}`;
  return (
    `${names.join(' and ')} not found, not installable without you (${failure}) and no container engine answers: ` +
    `run "${command}", or set REDIS_URL and NATS_URL.`
  );
}

/** Somebody else may take a free port between our look and the server's, which then ends at once: we look again. */
async function startOnFreePort(
  kind: BrokerKind,
  programs: Programs,
  where: Omit<ServerPlace, 'port'>,
): Promise<Required<Started>> {
  for (let tries = 1; ; tries += 1) {
    const place = { ...where, port: await findFreePort() };
    const broker = await prepare(kind, programs, place);
    try {
      await broker.start();
      const source = programs[kind] === undefined ? 'container' : 'binary';
      return { url: `${kind}://127.0.0.1:${place.port}`, source, process: broker };
    } catch (error) {
      const isPortTaken = error instanceof Error && PORT_TAKEN.test(error.message);
      if (!isPortTaken || tries === PORT_TRIES_MAX) throw error;
    }
  }
}

function prepare(kind: BrokerKind, programs: Programs, place: ServerPlace): Promise<BrokerProcess> {
  const { [kind]: binary, docker = 'docker' } = programs;
  if (kind === 'redis')
    return binary === undefined
      ? prepareRedisContainer(docker, place)
      : prepareRedis(binary, place);
  return binary === undefined ? prepareNatsContainer(docker, place) : prepareNats(binary, place);
}
