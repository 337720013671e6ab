import { describe, expect, it } from 'vitest';
import type { JobView } from '../../shared/contracts/http/job-view.ts';
import { spreadOfFirstTokens, type TallyInput, tallyJobs } from './tally.ts';

describe('tallyJobs', () => {
  it('finds nothing wrong where four witnesses agree', () => {
    const tally = tallyJobs(input());

    expect(tally).toMatchObject({
      submitted: 2,
      completed: 2,
      lost: [],
      duplicated: [],
      faults: [],
    });
    expect(tally.ledgerNanoUsd).toBe(600);
  });

  it('adds up tokens and cost by the deployment that gave the answer', () => {
    const tally = tallyJobs(input());

    expect(tally.deployments).toEqual([
      { deployment: 'a/small', jobs: 2, inputTokens: 20, outputTokens: 8, costNanoUsd: 600 },
    ]);
  });

  it.each<[string, Partial<TallyInput>, RegExp]>([
    ['a job without a result message', { messagesOf: (id) => (id === 'one' ? 1 : 0) }, /lost/],
    ['a job with two result messages', { messagesOf: (id) => (id === 'one' ? 2 : 1) }, /twice/],
    ['a job without a ledger row', { ledger: new Map([['one', 600]]) }, /1 rows for 2 billed jobs/],
    ['another cost in the ledger', { ledger: ledgerOf(300, 301) }, /same cost/],
    ['a job that failed', { views: [view('one'), failedView('two')] }, /two ended as failed: why/],
  ])('finds %s', (_what, change, message) => {
    const tally = tallyJobs({ ...input(), ...change });

    expect(tally.faults).toHaveLength(1);
    expect(tally.faults[0]).toMatch(message);
  });

  it('takes a job that still runs for lost', () => {
    const running = { ...view('two'), status: 'running' } as const;

    const tally = tallyJobs({ ...input(), views: [view('one'), running] });

    expect(tally.lost).toEqual(['two']);
  });
});

describe('spreadOfFirstTokens', () => {
  it('counts from acceptance and leaves out jobs without a token', () => {
    const without = { ...view('three'), attempts: [] };

    const spread = spreadOfFirstTokens([view('one'), view('two'), without]);

    expect(spread).toMatchObject({ count: 2, p50: 50 });
  });
});

function input(): TallyInput {
  return {
    submitted: ['one', 'two'],
    views: [view('one'), view('two')],
    messagesOf: () => 1,
    ledger: ledgerOf(300, 300),
  };
}

function ledgerOf(one: number, two: number): ReadonlyMap<string, number> {
  return new Map([
    ['one', one],
    ['two', two],
  ]);
}

function view(jobId: string): JobView {
  return {
    jobId,
    status: 'completed',
    model: 'auto',
    acceptedAt: 1_000,
    deadlineAt: 9_000,
    attempts: [{ attempt: 1, deployment: 'a/small', startedAt: 1_010, firstTokenAt: 1_050 }],
    usage: { inputTokens: 10, outputTokens: 4 },
    costNanoUsd: 300,
  };
}

function failedView(jobId: string): JobView {
  const failure = { class: 'server', retryable: false, message: 'why' } as const;
  return { ...view(jobId), status: 'failed', failure };
}
