import { describe, expect, it } from 'vitest';
import type { Floor } from './measure-floor.ts';
import type { Measurement } from './measure-load.ts';
import { judgeTargets } from './targets.ts';

const FLOOR: Floor = {
  versions: { redis: '7.0', nats: '2.9' },
  latency: { count: 500, p50: 2, p99: 4, max: 5 },
  jobsPerSecond: 2_000,
  loaded: { count: 9_000, p50: 30, p99: 50, max: 60 },
  cpuMsPerJob: {},
};

const NAMES = { product: 'Switchyard', upstream: 'upstream' };

describe('judgeTargets', () => {
  it('meets all three when each figure lies on its bound', () => {
    const rows = [
      row('Switchyard', 'whole', { clients: 64, perSecond: 1_000 }),
      row('upstream', 'stream', { clients: 1, firstTokenMs: 21 }),
      row('Switchyard', 'stream', { clients: 1, firstTokenMs: 29 }),
      row('upstream', 'stream', { clients: 64, perSecond: 200 }),
      row('Switchyard', 'stream', { clients: 64, perSecond: 120 }),
    ];

    const verdicts = judgeTargets({ floor: FLOOR, rows, ...NAMES });

    expect(verdicts.map(({ measured, isMet }) => [measured, isMet])).toEqual([
      [0.5, true],
      [8, true],
      [0.6, true],
    ]);
  });

  it('misses each by a little too much', () => {
    const rows = [
      row('Switchyard', 'whole', { clients: 64, perSecond: 999 }),
      row('upstream', 'stream', { clients: 1, firstTokenMs: 21 }),
      row('Switchyard', 'stream', { clients: 1, firstTokenMs: 29.1 }),
      row('upstream', 'stream', { clients: 64, perSecond: 200 }),
      row('Switchyard', 'stream', { clients: 64, perSecond: 119 }),
    ];

    const verdicts = judgeTargets({ floor: FLOOR, rows, ...NAMES });

    expect(verdicts.map(({ isMet }) => isMet)).toEqual([false, false, false]);
  });

  it('says nothing of what was not measured', () => {
    const rows = [row('Switchyard', 'whole', { clients: 16, perSecond: 900 })];

    const verdicts = judgeTargets({ floor: FLOOR, rows, ...NAMES });

    expect(verdicts).toEqual([]);
  });
});

function row(
  target: string,
  mode: Measurement['mode'],
  { clients, perSecond = 1, firstTokenMs = 1 }: Figures,
): Measurement {
  const firstToken = { count: 1, p50: firstTokenMs, p99: firstTokenMs, max: firstTokenMs };
  return {
    target,
    mode,
    clients,
    answers: 1,
    failures: 0,
    answersPerSecond: perSecond,
    firstToken,
    whole: firstToken,
    cpuMsPerAnswer: {},
    memory: {},
  };
}

interface Figures {
  readonly clients: number;
  readonly perSecond?: number;
  readonly firstTokenMs?: number;
}
