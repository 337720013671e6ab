import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { configSchema } from '../../shared/contracts/config/config.ts';
import type { Fleet } from '../start/fleet.ts';
import { closingTable } from './closing-table.ts';
import { judgeStream, shownText } from './judge-stream.ts';
import { LedgerReader, readViews } from './read-jobs.ts';
import { ResultCounter } from './result-counter.ts';
import type { Screen } from './screen.ts';
import { showTakeover, type Takeover } from './show-takeover.ts';
import { submitBatch } from './submit-batch.ts';
import { spreadOfFirstTokens, tallyJobs } from './tally.ts';
import { waitUntil } from './wait-until.ts';

const PROMPTS = new URL('../examples/prompts.ndjson', import.meta.url);

/** The tenant of the key that a start brings along (DESIGN section 4, SWITCHYARD_API_KEY). */
const TENANT = 'default';

/** A sandbox answers the batch in seconds; real models take their time. */
const SANDBOX_BATCH_TIMEOUT_MS = 60_000;
const REAL_BATCH_TIMEOUT_MS = 300_000;

/** The last rows are booked right after the last result. */
const LEDGER_TIMEOUT_MS = 5_000;

export interface DemoOptions {
  readonly fleet: Fleet;
  readonly apiKey: string;
  readonly screen: Screen;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
}

/** Runs the show on a running fleet. Answers with what went wrong, in sentences; empty = every promise was kept. */
export async function runDemo(options: DemoOptions): Promise<readonly string[]> {
  const { brokers } = options.fleet;
  const counter = await ResultCounter.start(brokers.natsUrl, TENANT);
  const ledger = new LedgerReader(brokers.redisUrl, TENANT);
  try {
    const batch = await runBatch(options, counter);
    const takeover = await runTakeover(options);
    return await closeAccounts(options, { counter, ledger, batch, takeover });
  } finally {
    ledger.close();
    await counter.stop();
  }
}

async function runBatch(
  { fleet, apiKey, screen, signal }: DemoOptions,
  counter: ResultCounter,
): Promise<readonly string[]> {
  const ndjson = await readFile(PROMPTS, 'utf8');
  const total = ndjson.split('\n').filter((line) => line.trim() !== '').length;
  screen.heading(
    `1  A batch: ${String(total)} prompts, one NDJSON request, counted on NATS as they finish`,
  );
  const startedAt = performance.now();
  let accepted = 0;
  const show = () => {
    const counts = `accepted ${String(accepted)}, finished ${String(counter.count)}`;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    screen.progress(counter.count, total, `${counts} of ${String(total)}  ${seconds} s`);
  };
  const timeoutMs = fleet.sandbox === undefined ? REAL_BATCH_TIMEOUT_MS : SANDBOX_BATCH_TIMEOUT_MS;
  const jobIds = await submitBatch({ url: fleet.intake.url, apiKey }, ndjson, {
    signal,
    onAccepted: (count) => {
      accepted = count;
      show();
    },
  });
  const isFinished = () => jobIds.every((jobId) => counter.result(jobId) !== undefined);
  await waitUntil(() => {
    show();
    return isFinished() || signal.aborted;
  }, timeoutMs);
  signal.throwIfAborted();
  return jobIds;
}

async function runTakeover({ fleet, apiKey, screen, signal }: DemoOptions): Promise<Takeover> {
  screen.heading('2  One answer live over WebSocket; its worker is killed in the middle');
  screen.line(
    styleText(
      'dim',
      '  To find that worker each one is paused for a moment: it is the one without which',
    ),
  );
  screen.line(
    styleText('dim', '  the text stands still. Then it goes on, and is killed while it writes.'),
  );
  const takeover = await showTakeover({
    edge: { url: fleet.edge.url, apiKey },
    workers: fleet.workers,
    isSandbox: fleet.sandbox !== undefined,
    screen,
    signal,
  });
  signal.throwIfAborted();
  return takeover;
}

interface Accounts {
  readonly counter: ResultCounter;
  readonly ledger: LedgerReader;
  readonly batch: readonly string[];
  readonly takeover: Takeover;
}

/** Asks all witnesses what became of the jobs, prints the table and says what does not fit. */
async function closeAccounts(
  { fleet, apiKey, screen }: DemoOptions,
  { counter, ledger, batch, takeover }: Accounts,
): Promise<readonly string[]> {
  const intake = { url: fleet.intake.url, apiKey };
  const submitted = [...batch, takeover.jobId];
  const acceptedAt = (await readViews(intake, submitted)).map((view) => view.acceptedAt);
  let booked: ReadonlyMap<string, number> = new Map();
  await waitUntil(async () => {
    booked = await ledger.read(submitted, acceptedAt);
    return booked.size >= submitted.length && counter.messagesOf(takeover.jobId) > 0;
  }, LEDGER_TIMEOUT_MS);
  // Only now: a view tells the time of the first token once the job is settled.
  const views = await readViews(intake, submitted);
  const live = views.at(-1);
  const tally = tallyJobs({
    submitted,
    views,
    messagesOf: (jobId) => counter.messagesOf(jobId),
    ledger: booked,
  });
  const streamFaults = judgeStream({
    events: takeover.events,
    viewText: live?.result?.text,
    resultText: counter.result(takeover.jobId)?.result?.text,
  });
  const providers = await readProviders(fleet.configPath);
  screen.heading('3  What became of them');
  const table = closingTable({
    tally,
    firstToken: spreadOfFirstTokens(views.slice(0, batch.length)),
    killedJob: tellTakeover(takeover, streamFaults.length === 0),
    providerOf: (deployment) => providers.get(deployment) ?? '',
  });
  for (const line of table) screen.line(line);
  return [...streamFaults, ...tally.faults];
}

function tellTakeover(
  { events, worker, wordsBefore, waitMs }: Takeover,
  isWhole: boolean,
): readonly string[] {
  const attempts = events.filter((event) => event.type === 'attempt');
  const [first, ...others] = attempts.map(({ deployment }) => deployment);
  const characters = shownText(events).length;
  return [
    `attempt 1 on ${first ?? ''}: ${worker} killed after ${String(wordsBefore)} words`,
    `attempt ${String(attempts.length)} on ${others.at(-1) ?? ''}: new text ${(waitMs / 1_000).toFixed(1)} s later`,
    isWhole
      ? styleText(
          'green',
          `whole: ${String(characters)} characters, the same in stream, job view and NATS result;`,
        )
      : styleText('red', 'not whole'),
    `${String(events.length)} events without a gap, one terminal at the end`,
  ];
}

async function readProviders(configPath: string): Promise<ReadonlyMap<string, string>> {
  const { deployments } = configSchema.parse(JSON.parse(await readFile(configPath, 'utf8')));
  return new Map(deployments.map(({ id, provider }) => [id, provider]));
}
