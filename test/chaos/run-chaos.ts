import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { judgeRun } from './judge-run.ts';
import { runChaos } from './supervisor.ts';

const USAGE = `npm run chaos -- [options]
  --seed N        what goes wrong, and when (default: drawn, and printed)
  --minutes M     how long there are faults (default: 2); the quiet after them comes on top
  --workers N     worker processes (default: 3)
  --clients N     clients at once (default: 8)
  --keep          keep the recording also when nothing was found`;

const DEADLINE_MS = 30_000;
const MAX_SEED = 1_000_000;

const flagsSchema = z.object({
  seed: z.coerce.number().int().min(0).optional(),
  minutes: z.coerce.number().min(0.1).max(600),
  workers: z.coerce.number().int().min(1).max(16),
  clients: z.coerce.number().int().min(1).max(200),
  keep: z.boolean(),
});

process.exitCode = await main();

/** Runs one seed, judges its recording and prints what was seen. 0: nothing was found; 1: a promise was broken. */
async function main(): Promise<number> {
  const flags = readFlags();
  if (flags === undefined) return 2;
  const seed = flags.seed ?? Math.floor(Math.random() * MAX_SEED);
  const folder = await mkdtemp(join(tmpdir(), `switchyard-chaos-${String(seed)}-`));
  say(`recording: ${folder}`);
  await runChaos({
    ...flags,
    seed,
    durationMs: flags.minutes * 60_000,
    deadlineMs: DEADLINE_MS,
    folder,
    say,
  });
  const { violations, table } = await judgeRun(folder);
  process.stdout.write(`${table}\n`);
  const isGood = violations.length === 0;
  if (isGood && !flags.keep) await rm(folder, { recursive: true, force: true });
  else say(`the recording stays in ${folder}; npm run chaos:check -- ${folder} judges it again`);
  return isGood ? 0 : 1;
}

function readFlags(): z.infer<typeof flagsSchema> | undefined {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string', default: '2' },
        workers: { type: 'string', default: '3' },
        clients: { type: 'string', default: '8' },
        keep: { type: 'boolean', default: false },
      },
    });
    return flagsSchema.parse(values);
  } catch (error: unknown) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
