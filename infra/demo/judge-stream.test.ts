import { describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { judgeStream, shownText } from './judge-stream.ts';

const FAILURE = { class: 'server', retryable: true, message: 'the worker is gone' } as const;

const KILLED_IN_THE_MIDDLE: readonly JobEntry[] = [
  { type: 'accepted', seq: 1, at: 1, jobId: 'job1', configVersion: 'v' },
  attempt(2, 1),
  delta(3, 1, 'Half of '),
  { type: 'failed', seq: 4, at: 3, attempt: 1, failure: FAILURE },
  attempt(5, 2),
  { type: 'reset', seq: 6, attempt: 2, keepTo: 0 },
  delta(7, 2, 'All of '),
  delta(8, 2, 'it.'),
  { type: 'terminal', seq: 9, at: 9, attempt: 2, outcome: 'completed', finishReason: 'stop' },
];

describe('shownText', () => {
  it('leaves out what a reset withdrew', () => {
    const text = shownText(KILLED_IN_THE_MIDDLE);

    expect(text).toBe('All of it.');
  });

  it('keeps what a reset kept', () => {
    const text = shownText([
      delta(1, 1, 'kept '),
      delta(2, 1, 'gone '),
      { type: 'reset', seq: 3, attempt: 2, keepTo: 1 },
      delta(4, 2, 'new'),
    ]);

    expect(text).toBe('kept new');
  });
});

describe('judgeStream', () => {
  it('finds nothing wrong with a whole answer after a takeover', () => {
    const faults = judgeStream(evidence());

    expect(faults).toEqual([]);
  });

  it.each([
    ['a hole', { events: without(8), viewText: 'All of ', resultText: 'All of ' }, /sequence/],
    ['no end', { events: KILLED_IN_THE_MIDDLE.slice(0, -1) }, /0 terminal/],
    ['another text in the view', { viewText: 'Half of All of it.' }, /job view/],
    ['another text in the result', { resultText: 'All of' }, /result message/],
  ])('finds %s', (_what, change, message) => {
    const faults = judgeStream({ ...evidence(), ...change });

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
  });

  it('does not take an answer that nobody took over for a proof', () => {
    const events: readonly JobEntry[] = [
      { type: 'accepted', seq: 1, at: 1, jobId: 'job1', configVersion: 'v' },
      attempt(2, 1),
      delta(3, 1, 'All of it.'),
      { type: 'terminal', seq: 4, at: 4, attempt: 1, outcome: 'completed', finishReason: 'stop' },
    ];

    const faults = judgeStream({ ...evidence(), events });

    expect(faults).toEqual([
      'no other worker took the job over',
      'the text of the killed worker was never withdrawn',
    ]);
  });
});

function evidence() {
  return { events: KILLED_IN_THE_MIDDLE, viewText: 'All of it.', resultText: 'All of it.' };
}

function without(seq: number): readonly JobEntry[] {
  return KILLED_IN_THE_MIDDLE.filter((event) => event.seq !== seq);
}

function attempt(seq: number, number: number): JobEntry {
  const model = { deployment: 'openai/small', requestModel: 'small', reason: 'cheapest' };
  return { type: 'attempt', seq, at: 2, attempt: number, ...model };
}

function delta(seq: number, number: number, text: string): JobEntry {
  return { type: 'delta', seq, attempt: number, parts: [{ type: 'text', text }] };
}
