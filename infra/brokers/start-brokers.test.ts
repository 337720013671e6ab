import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { livingOwner } from './pid-file.ts';
import type { BrokerOptions, Brokers } from './start-brokers.ts';
import { startBrokers } from './start-brokers.ts';

const TEST_WITHIN_MS = 60_000;

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('starts Redis and NATS on loopback ports and removes their temporary folder at stop', async () => {
  const brokers = await open({});
  const folder = await redisFolder(brokers.redisUrl);

  const replies = [await pingRedis(brokers.redisUrl), await pingNats(brokers.natsUrl)];
  await brokers.stop();

  expect(replies).toEqual(['PONG', 'pong']);
  expect(brokers.redisUrl).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  expect(brokers.how).toEqual({ redis: 'binary', nats: 'binary' });
  await expect(access(folder)).rejects.toThrow('ENOENT');
});

test('runs Redis with the append-only file on and without eviction', async () => {
  const brokers = await open({});

  const settings = await withRedis(brokers.redisUrl, (redis) =>
    redis.config('GET', 'append*', 'maxmemory-policy', 'bind'),
  );

  expect(settings).toEqual(expect.arrayContaining(['yes', 'everysec', 'noeviction', '127.0.0.1']));
});

test('uses given addresses as they are and starts nothing', async () => {
  const brokers = await open({ redisUrl: 'redis://10.0.0.1:1', natsUrl: 'nats://10.0.0.1:2' });

  expect(brokers).toMatchObject({
    redisUrl: 'redis://10.0.0.1:1',
    natsUrl: 'nats://10.0.0.1:2',
    how: { redis: 'given', nats: 'given' },
  });
  expect(brokers.redis ?? brokers.nats).toBeUndefined();
});

test(
  'keeps the data of a named folder from one start to the next',
  async () => {
    const dataDir = await temporaryFolder();
    const first = await open({ dataDir });
    await writeBoth(first);
    await first.stop();

    const second = await open({ dataDir });

    expect(await readBoth(second)).toEqual(['kept', 1]);
  },
  TEST_WITHIN_MS,
);

test(
  'starts a killed broker again on the same port with what it had confirmed',
  async () => {
    const brokers = await open({});
    await writeBoth(brokers);

    await brokers.redis?.kill('SIGKILL');
    await brokers.nats?.kill('SIGKILL');
    const pidsWhileDown = [brokers.redis?.pid, brokers.nats?.pid];
    await brokers.redis?.start();
    await brokers.nats?.start();

    expect(pidsWhileDown).toEqual([undefined, undefined]);
    expect(await readBoth(brokers)).toEqual(['kept', 1]);
  },
  TEST_WITHIN_MS,
);

test('stops a broker that is paused', async () => {
  const brokers = await open({});
  const pid = brokers.redis?.pid;

  await brokers.redis?.kill('SIGSTOP');
  await brokers.stop();

  expect(pid === undefined ? undefined : isAlive(pid)).toBe(false);
});

test('refuses a second start on a folder in use and says where the first one is', async () => {
  const dataDir = await temporaryFolder();
  await open({ dataDir });

  const second = startBrokers({ dataDir });

  await expect(second).rejects.toThrow(
    `Switchyard already runs on the data folder ${dataDir} (process ${process.pid})`,
  );
});

test(
  'leaves no server behind when its parent is killed, and the folder can be used again',
  async () => {
    const dataDir = await temporaryFolder();
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { startBrokers } = await import(${JSON.stringify(import.meta.resolve('./start-brokers.ts'))});
     await startBrokers({ dataDir: ${JSON.stringify(dataDir)} });
     console.log('started');`,
    ]);
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const pidFiles = [join(dataDir, 'redis.pid'), join(dataDir, 'nats.pid')];
    const ownersBefore = await Promise.all(pidFiles.map(livingOwner));

    parent.kill('SIGKILL');

    await waitUntil(async () => (await Promise.all(pidFiles.map(livingOwner))).every(isAbsent));
    const brokers = await open({ dataDir });
    expect(ownersBefore).toEqual([expect.any(Number), expect.any(Number)]);
    expect(await pingRedis(brokers.redisUrl)).toBe('PONG');
  },
  TEST_WITHIN_MS,
);

test('says in one sentence how to get servers that are neither there nor installable', async () => {
  const start = startBrokers({ searchPath: '/nowhere' });

  await expect(start).rejects.toThrow(/^redis-server and nats-server not found.*: run "[^"]*redis/);
});

test('runs both brokers in containers when only a container engine is there', async () => {
  const folder = await temporaryFolder();
  // Stands in for the docker client: it runs the server that the image would hold, on the published port.
  const redis = `redis-server --bind 127.0.0.1 --port $port --save '' --dir ${folder}`;
  await writeFile(
    join(folder, 'docker'),
    `#!/bin/bash
     PATH=$PATH:/usr/sbin:/usr/local/sbin
     echo "$@" >> ${folder}/calls
     port=$(sed -E 's/.*127.0.0.1:([0-9]+):.*/\\1/' <<< "$*")
     case "$*" in
       *redis:7.2-alpine*) setsid ${redis} --pidfile ${folder}/1.pid --daemonize yes > /dev/null ;;
       *nats:2.12-alpine*) setsid nats-server -a 127.0.0.1 -p $port -P ${folder}/2.pid &> /dev/null & ;;
       stop*redis*) kill $(cat ${folder}/1.pid) ;;
       stop*nats*) kill $(cat ${folder}/2.pid) ;;
     esac`,
    { mode: 0o755 },
  );

  const brokers = await open({ searchPath: folder });
  const replies = [await pingRedis(brokers.redisUrl), await pingNats(brokers.natsUrl)];
  await brokers.stop();

  const calls = (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  expect(replies).toEqual(['PONG', 'pong']);
  expect(brokers.how).toEqual({ redis: 'container', nats: 'container' });
  expect(calls.map((call) => call.split(' ')[0])).toEqual([
    'info',
    'rm',
    'run',
    'rm',
    'run',
    'stop',
    'rm',
    'stop',
    'rm',
  ]);
});

async function open(options: BrokerOptions): Promise<Brokers> {
  const brokers = await startBrokers(options);
  cleanUps.push(() => brokers.stop());
  return brokers;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

function pingRedis(url: string): Promise<string> {
  return withRedis(url, (redis) => redis.ping());
}

async function redisFolder(url: string): Promise<string> {
  const answer = await withRedis(url, (redis) => redis.config('GET', 'dir'));
  return Array.isArray(answer) ? String(answer[1]) : '';
}

async function pingNats(url: string): Promise<string> {
  const connection = await connect({ servers: url, timeout: 2_000 });
  connection.subscribe('ping', {
    max: 1,
    callback: (_, message) => {
      message.respond('pong');
    },
  });
  const reply = await connection.request('ping', '', { timeout: 2_000 });
  await connection.close();
  return reply.string();
}

async function writeBoth(brokers: Brokers): Promise<void> {
  await withRedis(brokers.redisUrl, (redis) => redis.set('key', 'kept'));
  const connection = await connect({ servers: brokers.natsUrl, timeout: 2_000 });
  const streams = await jetstreamManager(connection);
  await streams.streams.add({ name: 'KEPT', subjects: ['kept'] });
  await jetstream(connection).publish('kept', 'one');
  await connection.close();
}

async function readBoth(brokers: Brokers): Promise<[string | null, number]> {
  const value = await withRedis(brokers.redisUrl, (redis) => redis.get('key'));
  const connection = await connect({ servers: brokers.natsUrl, timeout: 2_000 });
  const stream = await (await jetstreamManager(connection)).streams.info('KEPT');
  await connection.close();
  return [value, stream.state.messages];
}

function isAbsent(owner: number | undefined): boolean {
  return owner === undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > untilMs) throw new Error('the condition did not come true within 10 s');
    await sleep(20);
  }
}
