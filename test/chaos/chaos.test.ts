import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeRun } from './judge-run.ts';
import { runChaos } from './supervisor.ts';

/** One whose plan has a sleeping and a dead worker, and each broker killed, in a quarter of a minute. */
const SEED = 5;
const DURATION_MS = 16_000;
const DEADLINE_MS = 20_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-chaos-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('keeps its promises while its processes die, sleep and lose each other', async () => {
  await runChaos({
    seed: SEED,
    durationMs: DURATION_MS,
    deadlineMs: DEADLINE_MS,
    workers: 3,
    clients: 6,
    kinds: ['kill service', 'pause worker', 'kill nats', 'kill redis', 'broker link'],
    folder,
    say: () => undefined,
  });

  const { violations, sightings, table } = await judgeRun(folder);

  process.stderr.write(`${table}\n`);
  expect(violations).toEqual([]);
  expect(sightings.takeovers).toBeGreaterThan(0);
  expect(sightings.fencedWrites).toBeGreaterThan(0);
  expect(sightings.failovers).toBeGreaterThan(0);
  expect(sightings.resumes).toBeGreaterThan(0);
}, 150_000);
