import { describe, expect, it } from 'vitest';
import { parseCpuMs, parseMachineUsage, parseMemoryMb } from './process-usage.ts';

const FIELDS_AFTER_NAME = 'S 1 4242 4242 0 -1 4194560 9120 0 3 0 731 69 0 0 20 0 11 0 881230 1';
const STATUS =
  'Name:\tnode\nVmPeak:\t 1248384 kB\nVmHWM:\t  131072 kB\nVmRSS:\t   98304 kB\nThreads:\t11\n';

describe('parseCpuMs', () => {
  it('adds user and system time', () => {
    const cpuMs = parseCpuMs(`4242 (node) ${FIELDS_AFTER_NAME}`);

    expect(cpuMs).toBe(8_000);
  });

  it('is not led astray by blanks and brackets in the name of the program', () => {
    const cpuMs = parseCpuMs(`4242 (a) S 1 (b) ${FIELDS_AFTER_NAME}`);

    expect(cpuMs).toBe(8_000);
  });

  it('of nothing is undefined', () => {
    const cpuMs = parseCpuMs('');

    expect(cpuMs).toBeUndefined();
  });
});

describe('parseMachineUsage', () => {
  it('takes all but idle and waiting for disks as busy, and guests once', () => {
    const usage = parseMachineUsage(
      'cpu  100 10 50 800 20 3 7 10 90 0\ncpu0 50 5 25 400 10 1 3 5 45 0\n',
    );

    expect(usage).toEqual({ busyMs: 1_800, totalMs: 10_000 });
  });

  it('of nothing is undefined', () => {
    const usage = parseMachineUsage('');

    expect(usage).toBeUndefined();
  });
});

describe('parseMemoryMb', () => {
  it.each([
    ['VmRSS', 96],
    ['VmHWM', 128],
  ] as const)('reads %s', (field, expected) => {
    const megabytes = parseMemoryMb(STATUS, field);

    expect(megabytes).toBe(expected);
  });

  it('of a kernel thread, which has no memory of its own, is undefined', () => {
    const megabytes = parseMemoryMb('Name:\tkthreadd\n', 'VmRSS');

    expect(megabytes).toBeUndefined();
  });
});
