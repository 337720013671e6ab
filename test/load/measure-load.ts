import { type Spread, spreadOf } from '../../infra/report/quantile.ts';
import type { ChildScript } from './child-script.ts';
import type { Effort, Mode } from './options.ts';
import {
  type MachineUsage,
  type NamedProcess,
  type ProcessUsage,
  readMachineUsage,
  readUsages,
} from './process-usage.ts';
import { type LoadOrder, type LoadResult, loadResultSchema } from './run-load.ts';

/** On top of the measured time: the answers under way are waited for. */
const GRACE_MS = 45_000;

const WARM_UP_CLIENTS = 16;

/** Where load is sent. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Read before and after. */
  readonly processes: readonly NamedProcess[];
}

/** One row of the report: a target under one kind of load. */
export interface Measurement {
  readonly target: string;
  readonly mode: Mode;
  readonly clients: number;
  readonly answers: number;
  readonly failures: number;
  readonly firstFailure?: string;
  readonly answersPerSecond: number;
  /** Undefined when every answer failed. ms. */
  readonly firstToken: Spread | undefined;
  readonly whole: Spread | undefined;
  /** CPU time by process, ms an answer; empty where the machine has no /proc. */
  readonly cpuMsPerAnswer: Readonly<Record<string, number>>;
  /**
   * Share of the machine's CPU time that went to processes with no part in this row, 0 to 1. A row with much of it says
   * little. Undefined: no /proc.
   */
  readonly othersShare?: number;
  /** Memory by process after the load. */
  readonly memory: Readonly<Record<string, { readonly rssMb: number; readonly peakRssMb: number }>>;
  /** The text of the answers. */
  readonly text?: string;
}

export interface MeasureOptions {
  readonly target: Target;
  readonly mode: Mode;
  readonly clients: number;
  readonly effort: Effort;
  /** What every answer must be; absent for the first measurement of all. */
  readonly expectedText: string | undefined;
}

/** Lets a target that has just started come to speed; its answers are not judged. */
export async function warmUp(
  generator: ChildScript,
  { url, headers }: Target,
  durationMs: number,
): Promise<void> {
  const order: LoadOrder = {
    url,
    headers: { ...headers },
    stream: true,
    clients: WARM_UP_CLIENTS,
    durationMs,
  };
  await generator.ask(order, loadResultSchema, durationMs + GRACE_MS);
}

/** Warms up, then measures one target under one kind of load. Failures while warming up count, too. */
export async function measureLoad(
  generator: ChildScript,
  options: MeasureOptions,
): Promise<Measurement> {
  const { target, mode, clients, effort, expectedText } = options;
  const run = (durationMs: number, expected: string | undefined): Promise<LoadResult> => {
    const order: LoadOrder = {
      url: target.url,
      headers: { ...target.headers },
      stream: mode === 'stream',
      clients,
      durationMs,
      ...(expected === undefined ? {} : { expectedText: expected }),
    };
    return generator.ask(order, loadResultSchema, durationMs + GRACE_MS);
  };
  const warm = await run(effort.warmUpMs, expectedText);
  const processes = [...target.processes, { name: 'load', pid: generator.pid }];
  const before = await readUsages(processes);
  const machineBefore = await readMachineUsage();
  const measured = await run(
    clients === 1 ? effort.oneClientMs : effort.measureMs,
    expectedText ?? warm.text,
  );
  const machineAfter = await readMachineUsage();
  const after = await readUsages(processes);
  const cpuMsPerAnswer = cpuPerAnswer(before, after, measured.answers);
  const firstFailure = warm.firstFailure ?? measured.firstFailure;
  return {
    target: target.name,
    mode,
    clients,
    answers: measured.answers,
    failures: warm.failures + measured.failures,
    ...(firstFailure === undefined ? {} : { firstFailure }),
    answersPerSecond: (measured.answers / measured.elapsedMs) * 1_000,
    firstToken: spreadOf(measured.firstTokenMs),
    whole: spreadOf(measured.wholeMs),
    cpuMsPerAnswer,
    ...shareOfOthers(machineBefore, machineAfter, measured.answers * sumOf(cpuMsPerAnswer)),
    memory: Object.fromEntries(
      [...after].map(([name, { rssMb, peakRssMb }]) => [name, { rssMb, peakRssMb }]),
    ),
    ...(measured.text === undefined ? {} : { text: measured.text }),
  };
}

/** What the machine did between two readings beside the `ownMs` of the processes that were measured. */
export function shareOfOthers(
  before: MachineUsage | undefined,
  after: MachineUsage | undefined,
  ownMs: number,
): { readonly othersShare?: number } {
  if (before === undefined || after === undefined) return {};
  const othersMs = Math.max(0, after.busyMs - before.busyMs - ownMs);
  return { othersShare: othersMs / (after.totalMs - before.totalMs) };
}

export function sumOf(byName: Readonly<Record<string, number>>): number {
  return Object.values(byName).reduce((sum, one) => sum + one, 0);
}

/** CPU ms an answer by process, from two readings; a process that is missing in one of them is left out. */
export function cpuPerAnswer(
  before: ReadonlyMap<string, ProcessUsage>,
  after: ReadonlyMap<string, ProcessUsage>,
  answers: number,
): Record<string, number> {
  const perAnswer: Record<string, number> = {};
  for (const [name, { cpuMs }] of after) {
    const earlier = before.get(name);
    if (earlier !== undefined && answers > 0) perAnswer[name] = (cpuMs - earlier.cpuMs) / answers;
  }
  return perAnswer;
}
