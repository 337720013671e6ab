import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { ClientLine, LogLine, Recording } from './recording.ts';

const START = 1_800_000_000_000;
const TOKENS = 4;

/** Names in the good recording, for those that spoil it. */
export const TAKEN_OVER_JOB = 'job-two';
export const PLAIN_JOB = 'job-one';

const PLAIN_LOG: readonly JobEntry[] = [
  { type: 'accepted', seq: 1, at: START, jobId: PLAIN_JOB, configVersion: 'v1' },
  attempt({ seq: 2, number: 1, deployment: 'one/a' }),
  delta(3, 1, words(1, 1, 2)),
  delta(4, 1, words(1, 3, 4)),
  terminal(5, 1),
];

/** Broke off after two tokens, was taken over and begun again. */
const TAKEN_OVER_LOG: readonly JobEntry[] = [
  { type: 'accepted', seq: 1, at: START, jobId: TAKEN_OVER_JOB, configVersion: 'v1' },
  attempt({ seq: 2, number: 1, deployment: 'one/a' }),
  delta(3, 1, words(2, 1, 2)),
  {
    type: 'failed',
    seq: 4,
    at: START + 8_000,
    attempt: 1,
    failure: {
      class: 'server',
      retryable: true,
      message: 'the worker that ran the attempt is gone',
    },
  },
  attempt({ seq: 5, number: 2, deployment: 'two/b' }),
  { type: 'reset', seq: 6, attempt: 2, keepTo: 0 },
  delta(7, 2, words(3, 1, 4)),
  terminal(8, 2),
];

/** A run in which all went as promised: one job straight through, one taken over while its client reconnected. */
export function goodRecording(): Recording {
  const logs = [
    { jobId: PLAIN_JOB, entries: PLAIN_LOG },
    { jobId: TAKEN_OVER_JOB, entries: TAKEN_OVER_LOG },
  ];
  return {
    run: { seed: 1, enabled: ['kill'], startedAt: START, healedAt: START, endedAt: START + 90_000 },
    clients: [
      [
        ...submission('tag-one', PLAIN_JOB),
        open(PLAIN_JOB, 1, 0),
        ...PLAIN_LOG.map((entry) => frame(PLAIN_JOB, 1, entry)),
      ],
      [
        ...submission('tag-two', TAKEN_OVER_JOB),
        open(TAKEN_OVER_JOB, 1, 0),
        ...TAKEN_OVER_LOG.slice(0, 3).map((entry) => frame(TAKEN_OVER_JOB, 1, entry)),
        { kind: 'disconnect', at: START + 1, jobId: TAKEN_OVER_JOB, connection: 1, why: 'cut' },
        open(TAKEN_OVER_JOB, 2, 3),
        ...TAKEN_OVER_LOG.slice(3).map((entry) => frame(TAKEN_OVER_JOB, 2, entry)),
      ],
    ],
    log: storedLines(logs),
    publishes: [
      ...storedLines(logs).map((line) => ({ ...line, at: line.storedAt })),
      { at: START + 9_000, jobId: TAKEN_OVER_JOB, expected: 8, hash: 'of-a-zombie' },
    ],
    calls: [
      { number: 1, ...callOf('tag-one'), deltasSent: TOKENS, endedHow: 'complete' },
      {
        number: 2,
        ...callOf('tag-two'),
        deltasSent: 3,
        endedHow: 'client-closed',
        endedAt: START + 9_000,
      },
      { number: 3, ...callOf('tag-two'), deltasSent: TOKENS, endedHow: 'complete' },
    ],
    ledger: [ledgerLine(PLAIN_JOB, 'one/a'), ledgerLine(TAKEN_OVER_JOB, 'two/b')],
    results: [
      { jobId: PLAIN_JOB, status: 'completed', result: answer(words(1, 1, 4)) },
      { jobId: TAKEN_OVER_JOB, status: 'completed', result: answer(words(3, 1, 4)) },
    ],
    actions: [],
  };
}

/** Lines of a stream that holds these logs one after another. */
export function storedLines(
  logs: readonly { readonly jobId: string; readonly entries: readonly JobEntry[] }[],
): LogLine[] {
  let sequence = 0;
  return logs.flatMap(({ jobId, entries }) =>
    entries.map((entry): LogLine => {
      const expected = entry.seq === 1 ? 0 : sequence;
      sequence += 1;
      const hash = JSON.stringify(entry);
      return { sequence, storedAt: START + 8_000, jobId, expected, hash, entry };
    }),
  );
}

function words(call: number, from: number, to: number): string {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return numbers.map((number) => `model.${String(call)}.${String(number)} `).join('');
}

function attempt(of: { seq: number; number: number; deployment: string }): JobEntry {
  return {
    type: 'attempt',
    seq: of.seq,
    at: START,
    attempt: of.number,
    deployment: of.deployment,
    requestModel: 'model',
    reason: 'because',
  };
}

function delta(seq: number, number: number, text: string): JobEntry {
  return { type: 'delta', seq, attempt: number, parts: [{ type: 'text', text }] };
}

function terminal(seq: number, number: number): JobEntry {
  return {
    type: 'terminal',
    seq,
    at: START + 9_000,
    attempt: number,
    outcome: 'completed',
    finishReason: 'stop',
    usage: { inputTokens: 10, outputTokens: TOKENS },
    costNanoUsd: 700,
  };
}

function submission(tag: string, jobId: string): ClientLine[] {
  return [
    {
      kind: 'submit',
      at: START,
      tag,
      way: 'socket',
      key: tag,
      tokens: TOKENS,
      deadlineMs: 30_000,
      isProbe: false,
    },
    { kind: 'ack', at: START, tag, jobId },
  ];
}

function open(jobId: string, connection: number, after: number): ClientLine {
  return { kind: 'open', at: START, jobId, connection, after };
}

function frame(jobId: string, connection: number, entry: JobEntry): ClientLine {
  return { kind: 'frame', at: START, jobId, connection, entry };
}

function callOf(tag: string) {
  return { model: 'model', stream: true, tag, startedAt: START, endedAt: START + 1_000 };
}

function ledgerLine(jobId: string, deployment: string) {
  const usage = { inputTokens: 10, outputTokens: TOKENS };
  const row = { costNanoUsd: 700, usage, deployment, outcome: 'completed' as const };
  return { day: '20270115', jobId, row };
}

function answer(text: string) {
  return { text, toolCalls: [], finishReason: 'stop' as const };
}
