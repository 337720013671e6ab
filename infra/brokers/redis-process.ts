import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrokerProcess, ServerProcess } from './broker-process.ts';
import type { ServerPlace } from './server-place.ts';

/**
 * Settings of every Redis we start, tests included.
 * appendonly with everysec: a reply leaves after the write has reached the kernel, so a killed Redis loses nothing that
 * it confirmed; only a crash of the whole machine can lose the last one or two seconds. `always` would cost an fsync
 * for each command, and the job log, not Redis, is the truth of a job.
 * noeviction: an evicted idempotency key or budget would be a silent double run, so a full Redis must refuse instead.
 */
export const REDIS_SETTINGS = [
  ['--appendonly', 'yes'],
  ['--appendfsync', 'everysec'],
  ['--save', ''],
  ['--maxmemory-policy', 'noeviction'],
].flat();

/** Redis as a child process; nothing runs before its `start`. */
export async function prepareRedis(binary: string, place: ServerPlace): Promise<BrokerProcess> {
  const folder = join(place.dataDir, 'redis');
  await mkdir(folder, { recursive: true });
  return new ServerProcess({
    name: 'redis-server',
    file: binary,
    args: ['--bind', '127.0.0.1', '--port', String(place.port), '--dir', folder, ...REDIS_SETTINGS],
    port: place.port,
    readyLine: 'Ready to accept connections',
    pidFile: join(place.dataDir, 'redis.pid'),
    say: place.say,
  });
}
