import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeRun } from './judge-run.ts';
import { runChaos } from './supervisor.ts';

/** One whose plan has a sleeping and a dead worker, and each broker killed, in a quarter of a minute. */
const SEED = 5;
const DURATION_MS = 16_000;
const DEADLINE_MS = 20_000;

const MAX_RUNS = 3;

type Verdict = Awaited<ReturnType<typeof judgeRun>>;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-chaos-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('keeps its promises while its processes die, sleep and lose each other', async () => {
  const runs: Verdict[] = [];
  // The seed fixes the faults, not the timing: a run that saw too little of them proves nothing and is run again.
  while (runs.length < MAX_RUNS && !runs.some(sawEnough)) {
    runs.push(await run(join(folder, String(runs.length))));
  }

  expect(runs.flatMap(({ violations }) => violations)).toEqual([]);
  expect(runs.some(sawEnough), 'takeovers, fenced writes, failovers and resumes').toBe(true);
}, 300_000);

async function run(into: string): Promise<Verdict> {
  await mkdir(into);
  await runChaos({
    seed: SEED,
    durationMs: DURATION_MS,
    deadlineMs: DEADLINE_MS,
    workers: 3,
    clients: 6,
    kinds: ['kill service', 'pause worker', 'kill nats', 'kill redis', 'broker link'],
    folder: into,
    say: () => undefined,
  });
  const verdict = await judgeRun(into);
  process.stderr.write(`${verdict.table}\n`);
  return verdict;
}

function sawEnough({ sightings }: Verdict): boolean {
  const { takeovers, fencedWrites, failovers, resumes } = sightings;
  return Math.min(takeovers, fencedWrites, failovers, resumes) > 0;
}
