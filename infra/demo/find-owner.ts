import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '../start/service-process.ts';
import type { StreamClient } from './stream-client.ts';
import { waitUntil } from './wait-until.ts';

/** What was on its way when a worker was paused still arrives. */
const UNDER_WAY_MS = 200;

/** Silence that shows that the paused worker is the one that writes; at least, and at most. */
const MIN_SILENCE_MS = 600;
const MAX_SILENCE_MS = 4_000;

/** Times the longest pause that the stream has had by itself. */
const SILENCE_FACTOR = 4;

/**
 * Finds the worker that writes the answer that is being streamed: each one is paused for a moment, and the one without
 * which the text stands still is it. A pause this short costs nothing, because nobody takes a job from a worker that wrote
 * less than two seconds ago. Undefined: the answer ended before that, or nobody seems to write it.
 */
export async function findOwner(
  workers: readonly ServiceProcess[],
  stream: StreamClient,
): Promise<ServiceProcess | undefined> {
  for (const worker of workers) {
    worker.signal('SIGSTOP');
    try {
      await sleep(UNDER_WAY_MS);
      if (stream.isEnded) return undefined;
      if (await standsStill(stream)) return worker;
    } finally {
      worker.signal('SIGCONT');
    }
  }
  return undefined;
}

async function standsStill(stream: StreamClient): Promise<boolean> {
  const seen = stream.events.length;
  const silenceMs = Math.min(
    MAX_SILENCE_MS,
    Math.max(MIN_SILENCE_MS, SILENCE_FACTOR * stream.longestGapMs),
  );
  return !(await waitUntil(() => stream.events.length > seen, silenceMs));
}
