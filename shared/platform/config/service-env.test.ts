import { describe, expect, it } from 'vitest';
import { parseServiceEnv } from './service-env.ts';

const NEEDED = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  NATS_URL: 'nats://127.0.0.1:4222',
  SWITCHYARD_CONFIG: '/etc/switchyard.json',
};

describe('parseServiceEnv', () => {
  it('fills in what is not said: loopback, the usual ports, one copy, level info', () => {
    expect(parseServiceEnv({ ...NEEDED, HOME: '/root' })).toEqual({
      ok: true,
      value: {
        redisUrl: NEEDED.REDIS_URL,
        natsUrl: NEEDED.NATS_URL,
        configPath: NEEDED.SWITCHYARD_CONFIG,
        host: '127.0.0.1',
        intakePort: 8080,
        edgePort: 8081,
        natsReplicas: 1,
        logLevel: 'info',
      },
    });
  });

  it('takes what is said', () => {
    const parsed = parseServiceEnv({
      ...NEEDED,
      SWITCHYARD_HOST: '0.0.0.0',
      SWITCHYARD_INTAKE_PORT: '0',
      SWITCHYARD_EDGE_PORT: '65535',
      SWITCHYARD_API_KEY: 'x'.repeat(16),
      SWITCHYARD_NATS_REPLICAS: '3',
      LOG_LEVEL: 'debug',
    });

    expect(parsed).toMatchObject({
      ok: true,
      value: {
        host: '0.0.0.0',
        intakePort: 0,
        edgePort: 65_535,
        bootstrapApiKey: 'x'.repeat(16),
        natsReplicas: 3,
        logLevel: 'debug',
      },
    });
  });

  it.each([
    ['REDIS_URL', undefined],
    ['REDIS_URL', 'http://127.0.0.1'],
    ['NATS_URL', ''],
    ['SWITCHYARD_CONFIG', undefined],
    ['SWITCHYARD_INTAKE_PORT', '65536'],
    ['SWITCHYARD_EDGE_PORT', 'eighty'],
    ['SWITCHYARD_API_KEY', 'short'],
    ['SWITCHYARD_NATS_REPLICAS', '0'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s by its name', (name, value) => {
    const parsed = parseServiceEnv({ ...NEEDED, [name]: value });

    expect(parsed.ok ? '' : parsed.error).toMatch(new RegExp(`^${name}: .+`));
  });

  it('does not put a refused key into the message', () => {
    const parsed = parseServiceEnv({ ...NEEDED, SWITCHYARD_API_KEY: 'tiny-secret' });

    expect(JSON.stringify(parsed)).not.toContain('tiny-secret');
  });
});
