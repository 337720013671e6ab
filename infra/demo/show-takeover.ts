import { styleText } from 'node:util';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { ServiceProcess } from '../start/service-process.ts';
import { findOwner } from './find-owner.ts';
import { liveJob } from './live-job.ts';
import { LiveText } from './live-text.ts';
import type { Screen } from './screen.ts';
import { StreamClient } from './stream-client.ts';
import type { Door } from './submit-batch.ts';
import { waitUntil } from './wait-until.ts';

/** The worker is looked for when so much of the answer has been read. */
const DELTAS_BEFORE_KILL = 40;

const FIRST_TEXT_TIMEOUT_MS = 30_000;
const RESUME_TIMEOUT_MS = 5_000;

/** Longer than the queue needs to give the job out again (about 8 s) and a model to write it anew. */
const ANSWER_TIMEOUT_MS = 120_000;

export interface Takeover {
  readonly jobId: string;
  readonly events: readonly JobEntry[];
  /** Name of the worker that was killed. */
  readonly worker: string;
  /** Words that stood on the screen when it was killed. */
  readonly wordsBefore: number;
  /** From the kill to the first word of the next attempt. */
  readonly waitMs: number;
}

export interface TakeoverOptions {
  readonly edge: Door;
  readonly workers: readonly ServiceProcess[];
  readonly isSandbox: boolean;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** Streams one answer to the screen, kills its worker with SIGKILL in the middle, and reads on to the end. */
export async function showTakeover(options: TakeoverOptions): Promise<Takeover> {
  const text = new LiveText(options.screen);
  const stream = new StreamClient(options.edge, liveJob(options.isSandbox), (event) => {
    showEvent(text, event);
  });
  const close = () => stream.close();
  options.signal.addEventListener('abort', close);
  try {
    return await killAndFollow(options, stream, text);
  } finally {
    text.end();
    options.signal.removeEventListener('abort', close);
    stream.close();
  }
}

async function killAndFollow(
  { workers, screen }: TakeoverOptions,
  stream: StreamClient,
  text: LiveText,
): Promise<Takeover> {
  await expectSoon(stream, FIRST_TEXT_TIMEOUT_MS, () => deltasOf(stream) >= DELTAS_BEFORE_KILL);
  const owner = await findOwner(workers, stream);
  if (owner === undefined) throw new Error('no worker could be found to write the live answer');
  // It was paused to find it. What is killed shall be a worker in full flow.
  const seen = deltasOf(stream);
  await expectSoon(stream, RESUME_TIMEOUT_MS, () => deltasOf(stream) > seen);
  const { pid } = owner;
  owner.signal('SIGKILL');
  const killedAt = performance.now();
  const wordsBefore = wordsOf(stream.events);
  text.note(
    styleText('red', `  ✖ ${owner.name} (process ${String(pid)}) killed with SIGKILL`) +
      ` after ${String(wordsBefore)} words; nobody told the others`,
  );
  await expectSoon(stream, ANSWER_TIMEOUT_MS, () => {
    if (stream.isEnded || stream.events.some(({ type }) => type === 'reset')) return true;
    const waited = ((performance.now() - killedAt) / 1_000).toFixed(1);
    screen.moving(styleText('dim', `  … ${waited} s: the queue waits for a sign of life`));
    return false;
  });
  const waitMs = performance.now() - killedAt;
  await expectSoon(stream, ANSWER_TIMEOUT_MS, () => stream.isEnded);
  const { jobId = '', events } = stream;
  return { jobId, events, worker: owner.name, wordsBefore, waitMs };
}

/** Waits for a condition of the stream; an Error says what came between. */
async function expectSoon(
  stream: StreamClient,
  timeoutMs: number,
  condition: () => boolean,
): Promise<void> {
  const isOver = await waitUntil(() => condition() || stream.failure !== undefined, timeoutMs);
  if (stream.failure !== undefined) throw new Error(stream.failure);
  if (!isOver) throw new Error(`the live stream stood still for ${String(timeoutMs / 1_000)} s`);
}

function showEvent(text: LiveText, event: JobEntry): void {
  switch (event.type) {
    case 'accepted':
      return;
    case 'attempt':
      text.note(
        styleText(
          'dim',
          `  attempt ${String(event.attempt)} on ${event.deployment}: ${event.reason}`,
        ),
      );
      return;
    case 'failed':
      text.note(`  ↻ attempt ${String(event.attempt)} is given up: ${event.failure.message}`);
      return;
    case 'reset':
      text.crossOut();
      text.note('  ↻ reset: the text above is withdrawn, the new attempt replaces it');
      return;
    case 'delta':
      for (const part of event.parts) if (part.type === 'text') text.add(part.text);
      return;
    case 'terminal':
      text.end();
  }
}

function deltasOf(stream: StreamClient): number {
  return stream.events.filter(({ type }) => type === 'delta').length;
}

function wordsOf(events: readonly JobEntry[]): number {
  const texts = events.flatMap((event) => (event.type === 'delta' ? event.parts : []));
  const all = texts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return all.split(/\s+/).filter((word) => word !== '').length;
}
