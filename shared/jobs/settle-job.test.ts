import { describe, expect, it } from 'vitest';
import {
  accepted,
  aRecord,
  aRequest,
  attempt,
  delta,
  failed,
  newRef,
  terminal,
} from '../../test/support/builders.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { RecordingResults } from '../../test/support/recording-ports.ts';
import type { JobEntry } from '../contracts/events/job-entry.ts';
import { makeFailure } from '../core/failure.ts';
import { JobFold } from './job-fold.ts';
import { resultOf, settleJob } from './settle-job.ts';

const ref = newRef();
const record = aRecord(ref, { request: aRequest({ metadata: { order: '7' } }) });
const failure = makeFailure('timeout', 'too slow');

describe('resultOf', () => {
  it('is the whole answer of a completed job with its deployment, usage, cost and metadata', () => {
    const fold = foldOf(
      accepted(ref),
      attempt(2, 1, 'one/a'),
      failed(3),
      attempt(4, 2, 'two/b'),
      delta(5, 'Because.', 2),
      terminal(6, { attempt: 2 }),
    );

    expect(resultOf(record, fold)).toEqual({
      jobId: ref.jobId,
      status: 'completed',
      deployment: 'two/b',
      result: { text: 'Because.', toolCalls: [], finishReason: 'stop' },
      usage: { inputTokens: 10, outputTokens: 20 },
      costNanoUsd: 1_234,
      metadata: { order: '7' },
    });
  });

  it('has an answer even when the model completed without a word', () => {
    const fold = foldOf(accepted(ref), attempt(2), terminal(3));

    expect(resultOf(record, fold).result).toMatchObject({ text: '', finishReason: 'stop' });
  });

  it('shows a failed job with the text that there was', () => {
    const end = terminal(4, { outcome: 'failed', finishReason: 'error', failure });
    const fold = foldOf(accepted(ref), attempt(2), delta(3, 'Bec'), end);

    expect(resultOf(record, fold)).toMatchObject({
      status: 'failed',
      result: { text: 'Bec', finishReason: 'error' },
      failure,
    });
  });

  it('has neither answer nor deployment when the job ended before any attempt', () => {
    const outcome = { outcome: 'expired', finishReason: 'error', attempt: 0 } as const;
    const fold = foldOf(accepted(ref), terminal(2, { ...outcome, usage: undefined }));

    const result = resultOf(record, fold);

    expect(result).not.toHaveProperty('result');
    expect(result).not.toHaveProperty('deployment');
    expect(result).not.toHaveProperty('usage');
  });

  it('refuses a job that is open', () => {
    expect(() => resultOf(record, foldOf(accepted(ref)))).toThrow('only a closed job');
  });
});

describe('settleJob', () => {
  const fold = foldOf(accepted(ref), attempt(2), delta(3, 'Hi'), terminal(4));

  it('announces the result, then settles the record with its attempts', async () => {
    const { store, results } = ports();

    const isSettled = await settleJob({ store, results }, record, fold);

    const settled = (await store.get(ref))?.settled;
    expect(isSettled).toBe(true);
    expect(results.published.get(ref.jobId)).toEqual(resultOf(record, fold));
    expect(settled).toEqual({ result: resultOf(record, fold), attempts: fold.attempts });
  });

  it('keeps the job open while its result cannot be announced', async () => {
    const { store, results } = ports();
    results.isAway = true;

    const isSettled = await settleJob({ store, results }, record, fold);

    expect(isSettled).toBe(false);
    expect((await store.get(ref))?.settled).toBeUndefined();
  });

  it('can be repeated: the first end stays', async () => {
    const { store, results } = ports();
    await settleJob({ store, results }, record, fold);
    const before = await store.get(ref);

    await settleJob({ store, results }, record, fold);

    expect(await store.get(ref)).toEqual(before);
    expect(results.published.size).toBe(1);
  });
});

function ports() {
  const store = new MemoryJobStore();
  store.add(record);
  return { store, results: new RecordingResults() };
}

function foldOf(...entries: readonly JobEntry[]): JobFold {
  const fold = new JobFold();
  for (const entry of entries) fold.apply(entry);
  return fold;
}
