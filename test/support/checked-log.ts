import type { JobEntry, TerminalEntry } from '../../shared/contracts/events/job-entry.ts';
import { EventRecorder } from './event-recorder.ts';
import { type OracleText, readOracle } from './oracle.ts';

export interface CheckedLog {
  readonly recorder: EventRecorder;
  readonly terminal: TerminalEntry;
  readonly attempts: number;
}

/**
 * Checks what must hold for every log whatever went wrong (reliability.md I2, I3, I5): entries numbered from 1 without
 * a hole, one terminal entry and that last, and nothing of an attempt once a later one has begun or it has failed.
 */
export function checkLog(jobId: string, entries: readonly JobEntry[]): CheckedLog {
  const recorder = new EventRecorder();
  let attempts = 0;
  let isOpen = false;
  for (const entry of entries) {
    recorder.take(entry);
    if (entry.type === 'attempt') {
      attempts += 1;
      isOpen = true;
    }
    const isByOwner = isOpen && 'attempt' in entry && entry.attempt === attempts;
    if (OWNERS_ENTRIES.has(entry.type) && !isByOwner) {
      throw new Error(`${jobId}: entry ${String(entry.seq)} is not the owner's`);
    }
    if (entry.type === 'failed') isOpen = false;
  }
  const last = recorder.entries.at(-1);
  if (last?.type !== 'terminal') throw new Error(`${jobId}: no terminal entry`);
  return { recorder, terminal: last, attempts };
}

/** Only the attempt that runs may write these. */
const OWNERS_ENTRIES: ReadonlySet<JobEntry['type']> = new Set([
  'attempt',
  'delta',
  'reset',
  'failed',
]);

/** The text of a completed job must be one call's whole answer of so many tokens (I4, I6). */
export function checkWholeText(jobId: string, text: string, tokens: number): OracleText {
  const oracle = readOracle(text);
  if (oracle.tokens !== tokens) {
    throw new Error(`${jobId}: ${String(oracle.tokens)} tokens of ${String(tokens)}`);
  }
  return oracle;
}
