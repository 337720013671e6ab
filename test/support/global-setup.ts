import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { natsConfig } from '../../infra/brokers/nats-process.ts';
import { REDIS_SETTINGS } from '../../infra/brokers/redis-process.ts';
import { startBrokers } from '../../infra/brokers/start-brokers.ts';

declare module 'vitest' {
  // What a test gets by inject('redisUrl') and inject('natsUrl').
  interface ProvidedContext {
    redisUrl: string;
    natsUrl: string;
  }
}

type TestBrokers = { redisUrl: string; natsUrl: string; way: string; stop: () => Promise<void> };

const REDIS_IMAGE = 'redis:7.2-alpine';
const NATS_IMAGE = 'nats:2.12-alpine';

/**
 * One Redis and one NATS for the whole run, with data in a temporary folder. Tests share them: each file keeps to keys
 * and stream names of its own, and a test that kills a broker starts one through infra/brokers. The user's REDIS_URL and
 * NATS_URL are left alone on purpose: no test may write to a server that holds somebody's data.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const brokers = await startTestBrokers(process.env['SWITCHYARD_TEST_CONTAINERS'] === '1');
  process.stderr.write(`test brokers: ${brokers.way}\n`);
  project.provide('redisUrl', brokers.redisUrl);
  project.provide('natsUrl', brokers.natsUrl);
  return brokers.stop;
}

async function startTestBrokers(wantsContainers: boolean): Promise<TestBrokers> {
  if (wantsContainers && (await hasContainerEngine())) return startContainers();
  const brokers = await startBrokers({});
  const asked = wantsContainers ? ' (containers were asked for, but no engine answers)' : '';
  return { ...brokers, way: `redis ${brokers.how.redis}, nats ${brokers.how.nats}${asked}` };
}

async function hasContainerEngine(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    // testcontainers words "no engine" as an exception.
    return false;
  }
}

async function startContainers(): Promise<TestBrokers> {
  const redis = await new GenericContainer(REDIS_IMAGE)
    .withCommand(['redis-server', ...REDIS_SETTINGS])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
  const nats = await startNatsContainer().catch(async (error: unknown) => {
    await redis.stop();
    throw error;
  });
  return {
    redisUrl: `redis://${redis.getHost()}:${redis.getMappedPort(6379)}`,
    natsUrl: `nats://${nats.getHost()}:${nats.getMappedPort(4222)}`,
    way: `testcontainers ${REDIS_IMAGE} and ${NATS_IMAGE}`,
    stop: async () => {
      await nats.stop();
      await redis.stop();
    },
  };
}

function startNatsContainer(): Promise<StartedTestContainer> {
  const config = { content: natsConfig('0.0.0.0:4222', '/data'), target: '/etc/switchyard.conf' };
  return new GenericContainer(NATS_IMAGE)
    .withCopyContentToContainer([config])
    .withCommand(['--config', config.target])
    .withExposedPorts(4222)
    .withWaitStrategy(Wait.forLogMessage('Server is ready'))
    .start();
}
