import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryJobLog } from '../../test/support/arbitrary-job-log.ts';
import {
  ACCEPTED_AT_MS,
  accepted,
  attempt,
  delta,
  failed,
  terminal,
} from '../../test/support/builders.ts';
import type { JobEntry } from '../contracts/events/job-entry.ts';
import { makeFailure } from '../core/failure.ts';
import { JobFold } from './job-fold.ts';

const REF = { tenantId: 'tenant', jobId: 'job' };

describe('JobFold', () => {
  it.each<[string, JobEntry[]]>([
    ['queued', []],
    ['queued', [accepted(REF)]],
    ['running', [accepted(REF), attempt(2)]],
    ['queued', [accepted(REF), attempt(2), failed(3)]],
    ['running', [accepted(REF), attempt(2), failed(3), attempt(4, 2)]],
    ['completed', [accepted(REF), attempt(2), terminal(3)]],
    ['expired', [accepted(REF), terminal(2, { attempt: 0, outcome: 'expired' })]],
  ])('shows a job as %s after %j', (status, log) => {
    expect(foldOf(log).status).toBe(status);
  });

  it('counts the attempts and closes each with its failure, the last with that of the job', () => {
    const fold = foldOf([
      accepted(REF),
      attempt(2, 1, 'one/a'),
      failed(3, 'timeout'),
      attempt(4, 2, 'two/b'),
      terminal(5, { attempt: 2, outcome: 'failed' }),
    ]);

    expect(fold.nextAttempt).toBe(3);
    expect(fold.activeAttempt).toBeUndefined();
    expect(fold.attempts).toMatchObject([
      {
        deployment: 'one/a',
        startedAt: ACCEPTED_AT_MS + 2,
        endedAt: ACCEPTED_AT_MS + 3,
        failure: { class: 'timeout' },
      },
      { deployment: 'two/b', endedAt: ACCEPTED_AT_MS + 5 },
    ]);
  });

  it('adds up what the attempts that failed cost, apart from what the job costs', () => {
    const failure = makeFailure('server', 'it broke');
    const costly = (seq: number, costNanoUsd: number, number: number): JobEntry => ({
      type: 'failed',
      seq,
      at: seq,
      attempt: number,
      failure,
      costNanoUsd,
    });
    const log = [
      accepted(REF),
      attempt(2),
      costly(3, 40, 1),
      attempt(4, 2),
      failed(5, 'server', 2),
      attempt(6, 3),
      costly(7, 2, 3),
      attempt(8, 4),
      terminal(9, { attempt: 4 }),
    ];

    const fold = foldOf(log);

    expect(fold.wasteNanoUsd).toBe(42);
    expect(fold.terminal?.costNanoUsd).toBe(1_234);
  });

  it('leaves an ended attempt as it is when the job ends between two attempts', () => {
    const fold = foldOf([accepted(REF), attempt(2), failed(3, 'auth'), terminal(4)]);

    expect(fold.attempts).toMatchObject([
      {
        endedAt: ACCEPTED_AT_MS + 3,
        failure: { class: 'auth' },
      },
    ]);
  });

  it('notes the first token on the attempt that runs', () => {
    const fold = foldOf([accepted(REF), attempt(2), failed(3), attempt(4, 2)]);

    fold.noteFirstToken(99);

    expect(fold.attempts.map((view) => view.firstTokenAt)).toEqual([undefined, 99]);
  });

  it('joins text, reasoning and the pieces of each tool call, calls in the order of their index', () => {
    const fold = foldOf([
      accepted(REF),
      attempt(2),
      delta(3, [
        { type: 'reasoning', text: 'Hm. ' },
        { type: 'toolCall', index: 1, id: 'b', name: 'late' },
        { type: 'toolCall', index: 0, id: 'a', name: 'early', arguments: '{"x"' },
      ]),
      delta(4, [
        { type: 'text', text: 'Blue' },
        { type: 'toolCall', index: 0, arguments: ':1}' },
      ]),
      delta(5, ', scattered.'),
    ]);

    expect(fold.answer('tool_calls')).toEqual({
      text: 'Blue, scattered.',
      reasoning: 'Hm. ',
      toolCalls: [
        { id: 'a', name: 'early', arguments: '{"x":1}' },
        { id: 'b', name: 'late', arguments: '' },
      ],
      finishReason: 'tool_calls',
    });
  });

  it('joins the blocks of reasoning that the provider wants back', () => {
    const block = { index: 0, format: 'anthropic-claude-v1' as const };
    const redacted = { index: 1, format: 'anthropic-claude-v1' as const, position: 1, data: 'x' };
    const fold = foldOf([
      accepted(REF),
      attempt(2),
      delta(3, [{ type: 'reasoning', text: 'Hm', block }]),
      delta(4, [
        { type: 'reasoning', text: '.', block },
        { type: 'reasoning', text: '', block: { ...block, signature: 's' } },
        { type: 'reasoning', text: '', block: redacted },
      ]),
    ]);

    expect(fold.answer('stop')).toMatchObject({
      reasoning: 'Hm.',
      reasoningDetails: [
        { type: 'reasoning.text', format: 'anthropic-claude-v1', text: 'Hm.', signature: 's' },
        { type: 'reasoning.encrypted', format: 'anthropic-claude-v1', position: 1, data: 'x' },
      ],
    });
  });

  it('drops on a reset what was shown after the entry to keep to', () => {
    const fold = foldOf([
      accepted(REF),
      attempt(2),
      delta(3, 'kept '),
      delta(4, 'void '),
      { type: 'reset', seq: 5, attempt: 1, keepTo: 3 },
      delta(6, 'new'),
    ]);

    expect(fold.answer('stop').text).toBe('kept new');
  });

  it('shows no attempt after a reset of everything, and the new one after its first delta', () => {
    const fold = foldOf([accepted(REF), attempt(2), delta(3, 'old'), failed(4), attempt(5, 2)]);
    const before = fold.shownAttempt;

    fold.apply({ type: 'reset', seq: 6, attempt: 2, keepTo: 0 });
    const between = [fold.hasShownText, fold.shownAttempt];
    fold.apply(delta(7, 'new', 2));

    expect(before).toBe(1);
    expect(between).toEqual([false, undefined]);
    expect(fold.shownAttempt).toBe(2);
  });

  it('takes every log that can be written, and shows each delta that no later reset took back', () => {
    fc.assert(
      fc.property(arbitraryJobLog, (log) => {
        const fold = foldOf(log);

        expect(fold.seq).toBe(log.length);
        expect(fold.answer('stop').text).toBe(shownText(log));
        expect(fold.attempts.map((view) => view.attempt)).toEqual(
          log.filter((entry) => entry.type === 'attempt').map((entry) => entry.attempt),
        );
        expect(fold.terminal).toBe(log.find((entry) => entry.type === 'terminal'));
      }),
    );
  });

  it('refuses a hole and a repeat anywhere in a log', () => {
    fc.assert(
      fc.property(arbitraryJobLog, fc.nat(), fc.boolean(), (log, at, isRepeat) => {
        const index = at % log.length;
        const broken = isRepeat
          ? [...log.slice(0, index + 1), ...log.slice(index)]
          : log.toSpliced(index, 1);
        fc.pre(isRepeat || index < log.length - 1);

        expect(() => foldOf(broken)).toThrow(/assertion failed/);
      }),
    );
  });

  it('refuses anything after the terminal entry', () => {
    const fold = foldOf([accepted(REF), attempt(2), terminal(3)]);

    expect(() => fold.apply(terminal(4))).toThrow('an entry after the terminal one');
  });
});

function foldOf(log: readonly JobEntry[]): JobFold {
  const fold = new JobFold();
  for (const entry of log) fold.apply(entry);
  return fold;
}

/** Says the rule the other way round: a delta counts unless a later reset keeps less than it. */
function shownText(log: readonly JobEntry[]): string {
  return log
    .filter((entry) => entry.type === 'delta')
    .filter(({ seq }) => {
      const later = log.filter((entry) => entry.type === 'reset' && entry.seq > seq);
      return later.every((entry) => entry.type === 'reset' && entry.keepTo >= seq);
    })
    .flatMap((entry) => entry.parts)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('');
}
