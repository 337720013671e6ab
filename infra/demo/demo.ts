import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { makeApiKey } from '../../shared/platform/auth/api-key.ts';
import { type Fleet, startFleet } from '../start/fleet.ts';
import { runDemo } from './run-demo.ts';
import { Screen } from './screen.ts';

/**
 * `npm run demo`: starts a Switchyard of its own in a temporary folder, sends it real work, kills a worker in the middle
 * of an answer and shows that nothing is lost. Leaves nothing behind. Ends with 0, or with 1 and the reason in a sentence.
 */
const WORKERS = 2;
const EXIT_AFTER_SIGNAL = 130;

const screen = new Screen(process.stdout);
const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (ending.signal.aborted) return;
    screen.clearMoving();
    screen.line('\nstopping: everything that was started is ended and removed');
    ending.abort(new Error('stopped by a signal'));
  });
}

const startedAt = performance.now();
const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-demo-'));
let fleet: Fleet | undefined;
try {
  const apiKey = makeApiKey();
  screen.line(styleText('bold', 'Switchyard demo'));
  fleet = await startFleet({
    dataDir,
    env: process.env,
    apiKey,
    ports: { intake: 0, edge: 0 },
    workers: WORKERS,
    restarts: true,
    redisUrl: process.env['REDIS_URL'],
    natsUrl: process.env['NATS_URL'],
    say,
  });
  ending.signal.throwIfAborted();
  introduce(fleet);
  const faults = await runDemo({ fleet, apiKey, screen, signal: ending.signal });
  conclude(faults);
} catch (error: unknown) {
  screen.clearMoving();
  if (!ending.signal.aborted) conclude([error instanceof Error ? error.message : 'unknown']);
} finally {
  await fleet?.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
if (ending.signal.aborted) process.exitCode = EXIT_AFTER_SIGNAL;

/** Lines of the fleet. That a worker ends is the demo's own doing, and it tells of it itself. */
function say(line: string): void {
  if (ending.signal.aborted || line.endsWith('ended (SIGKILL)')) return;
  screen.line(`  ${line}`);
}

function introduce({ intake, edge, sandbox, brokers }: Fleet): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const providers =
    sandbox === undefined
      ? 'the real ones whose keys are set: this costs money'
      : 'SANDBOX: made-up answers over the real wire formats, no key is set';
  screen.line(
    `  up in ${seconds} s: intake, router, ${String(WORKERS)} workers, edge, each a process`,
  );
  screen.line(`  intake ${intake.url}   edge ${edge.url}`);
  screen.line(`  redis (${brokers.how.redis}), nats (${brokers.how.nats}), data in ${dataDir}`);
  screen.line(`  providers: ${providers}`);
}

function conclude(faults: readonly string[]): void {
  screen.line();
  const [first, ...others] = faults;
  if (first === undefined) {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    screen.line(styleText('green', `All kept: nothing lost, nothing twice, in ${seconds} s.`));
    return;
  }
  process.exitCode = 1;
  screen.line(styleText('red', `The demo failed: ${first}.`));
  for (const other of others) screen.line(`  also: ${other}.`);
}
