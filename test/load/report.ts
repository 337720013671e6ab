import { cpus, loadavg } from 'node:os';
import { styleText } from 'node:util';
import type { BrokerSource } from '../../infra/brokers/start-brokers.ts';
import { type Column, columnLine, titleLine } from '../../infra/report/columns.ts';
import type { Spread } from '../../infra/report/quantile.ts';
import { FLOOR_CLIENTS, type Floor } from './measure-floor.ts';
import type { Measurement } from './measure-load.ts';
import type { ParserFigures } from './measure-parser.ts';
import type { BenchOptions, Mode } from './options.ts';
import type { Verdict } from './targets.ts';

/** The machine as it was when the run began. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  /** Over 1, 5 and 15 minutes. */
  readonly loadAverage: readonly number[];
  readonly node: string;
  readonly platform: string;
}

export interface RunDescription {
  readonly options: BenchOptions;
  readonly machine: Machine;
  readonly floor: Floor;
  readonly how: Readonly<Record<'redis' | 'nats', BrokerSource>>;
}

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    model: first?.model.trim() ?? 'unknown',
    loadAverage: loadavg(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The lines that say what is measured on what, so that figures of two runs are not compared blindly. */
export function describeRun({ options, machine, floor, how }: RunDescription): readonly string[] {
  const { ttftMs, chunks, gapMs, size } = options.upstream;
  const { measureMs, oneClientMs, warmUpMs } = options.effort;
  const { cores, model, loadAverage, node } = machine;
  const load = loadAverage.map((one) => one.toFixed(1));
  const workers = options.workers === 1 ? '1 worker' : `${String(options.workers)} workers`;
  return [
    heading('Machine'),
    `  ${String(cores)} cores (${model}), load average ${load.join(' ')}, node ${node}`,
    `  redis ${floor.versions.redis} (${how.redis}), nats ${floor.versions.nats} (${how.nats}), ` +
      `${workers}, load generator and upstream in processes of their own`,
    `  upstream: ${String(ttftMs)} ms to the first delta, ${String(chunks)} deltas of ${String(size)} words, ` +
      `${String(gapMs)} ms apart`,
    `  each row: ${seconds(measureMs)} (${seconds(oneClientMs)} at 1 client) after ${seconds(warmUpMs)} of warm-up; ` +
      'p99 of fewer than 100 answers is the worst of them',
    '  others: share of the CPU that went to processes with no part in the row',
  ];
}

export function describeFloor({
  latency,
  loaded,
  jobsPerSecond,
  othersShare,
}: Floor): readonly string[] {
  const spread = (one: Spread) => `p50 ${ms(one.p50)} ms, p99 ${ms(one.p99)} ms`;
  return [
    '',
    heading('Floor: a job over two BullMQ queues and one NATS message, no product around it'),
    `  one at a time   ${spread(latency)}   (${String(latency.count)} jobs)`,
    `  ${String(FLOOR_CLIENTS)} at once      ${count(jobsPerSecond)} jobs/s, ${spread(loaded)}   (${String(loaded.count)} jobs, others ${percent(othersShare)})`,
  ];
}

const LOAD_COLUMNS: readonly Column[] = [
  { title: 'clients', width: 7, align: 'right' },
  { title: '', width: 10, align: 'left' },
  { title: 'answers', width: 7, align: 'right' },
  { title: 'a second', width: 8, align: 'right' },
  { title: '×alone', width: 6, align: 'right' },
  { title: '1st p50', width: 7, align: 'right' },
  { title: '1st p99', width: 7, align: 'right' },
  { title: 'all p50', width: 7, align: 'right' },
  { title: 'all p99', width: 7, align: 'right' },
  { title: 'failed', width: 6, align: 'right' },
  { title: 'others', width: 6, align: 'right' },
];

const MODE_TITLE = {
  stream: 'Streamed answers: first token and all of the answer, ms',
  whole: 'Whole answers (not streamed), ms',
} as const satisfies Record<Mode, string>;

export function loadHeading(mode: Mode): readonly string[] {
  return ['', heading(MODE_TITLE[mode]), styleText('dim', titleLine(LOAD_COLUMNS))];
}

/** One measured row and, below all but the upstream's own, what was added to it. */
export function describeLoad(
  measured: Measurement,
  alone: Measurement | undefined,
): readonly string[] {
  const { target, clients, answers, answersPerSecond, failures, firstFailure } = measured;
  const [first, whole] = spreadsOf(measured);
  const row = columnLine(LOAD_COLUMNS, [
    alone === undefined ? String(clients) : '',
    target,
    String(answers),
    count(answersPerSecond),
    alone === undefined ? '' : ratio(answersPerSecond / alone.answersPerSecond),
    ms(first?.p50),
    ms(first?.p99),
    ms(whole?.p50),
    ms(whole?.p99),
    failures === 0 ? '0' : styleText('red', String(failures)),
    percent(measured.othersShare),
  ]);
  return [
    row,
    ...(alone === undefined ? [] : [styleText('cyan', addedLine(measured, alone))]),
    ...(firstFailure === undefined ? [] : [`             first failure: ${firstFailure}`]),
  ];
}

/** The differences of the quantiles; an answer that is not streamed has no first token of its own. */
function addedLine(measured: Measurement, alone: Measurement): string {
  const before = spreadsOf(alone);
  const cells = spreadsOf(measured).flatMap((spread, index) => [
    signed(spread?.p50, before[index]?.p50),
    signed(spread?.p99, before[index]?.p99),
  ]);
  return columnLine(LOAD_COLUMNS, ['', '  added', '', '', '', ...cells]);
}

function spreadsOf({ mode, firstToken, whole }: Measurement) {
  return [mode === 'stream' ? firstToken : undefined, whole] as const;
}

/** CPU by process and job for every load that one target had, and what memory was held at the end. */
export function describeProcesses(rows: readonly Measurement[], floor: Floor): readonly string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.cpuMsPerAnswer)))];
  if (names.length === 0) {
    return [
      '',
      heading('CPU and memory'),
      '  This machine has no /proc: what a process uses is not known.',
    ];
  }
  const columns: readonly Column[] = [
    { title: '  process', width: 12, align: 'left' },
    ...rows.map(({ mode, clients }): Column => {
      return { title: `${mode} ${String(clients)}`, width: 9, align: 'right' };
    }),
    { title: 'RSS MB', width: 7, align: 'right' },
    { title: 'peak', width: 5, align: 'right' },
  ];
  const last = rows.at(-1)?.memory ?? {};
  const lineOf = (name: string) =>
    columnLine(columns, [
      `  ${name}`,
      ...rows.map((row) => cpu(row.cpuMsPerAnswer[name])),
      count(last[name]?.rssMb),
      count(last[name]?.peakRssMb),
    ]);
  const [ours, benchOwn] = [names.filter(isOurs), names.filter((name) => !isOurs(name))];
  const sumOf = (used: Readonly<Record<string, number>>) =>
    ours.reduce((sum, name) => sum + (used[name] ?? 0), 0);
  const total = columnLine(columns, [
    '  in all',
    ...rows.map((row) => cpu(sumOf(row.cpuMsPerAnswer))),
    count(ours.reduce((sum, name) => sum + (last[name]?.rssMb ?? 0), 0)),
  ]);
  const ofFloor = Object.entries(floor.cpuMsPerJob).map(([name, used]) => `${name} ${cpu(used)}`);
  return [
    '',
    heading(
      'CPU ms a job by process, Switchyard in front of the upstream; memory after the last load',
    ),
    styleText('dim', titleLine(columns)),
    ...ours.map(lineOf),
    styleText('bold', total),
    ...benchOwn.map((name) => styleText('dim', lineOf(name))),
    `  the floor at ${String(FLOOR_CLIENTS)}: ${ofFloor.join(', ')}`,
  ];
}

const PARSER_COLUMNS: readonly Column[] = [
  { title: '  format', width: 20, align: 'left' },
  { title: 'ours', width: 8, align: 'right' },
  { title: 'bare', width: 8, align: 'right' },
  { title: 'ratio', width: 8, align: 'right' },
  { title: '', width: 6, align: 'left' },
];

export function describeParser(figures: readonly ParserFigures[]): readonly string[] {
  const lines = figures.map(({ format, ours, bare, isMet }) =>
    columnLine(PARSER_COLUMNS, [
      `  ${format}`,
      ours.toFixed(2),
      bare.toFixed(2),
      ratio(ours / bare),
      met(isMet),
    ]),
  );
  return [
    '',
    heading('Parser: µs a delta; bare = eventsource-parser (or split) and JSON.parse alone'),
    styleText('dim', titleLine(PARSER_COLUMNS)),
    ...lines,
  ];
}

/** The load generator and the upstream belong to the bench, not to what it measures. */
function isOurs(processName: string): boolean {
  return processName !== 'load' && processName !== 'upstream';
}

/** Background work of a quiet machine stays below this share of the CPU. */
const NOISY_SHARE = 0.15;

const VERDICT_COLUMNS: readonly Column[] = [
  { title: '', width: 52, align: 'left' },
  { title: 'measured', width: 10, align: 'right' },
  { title: 'wanted', width: 10, align: 'right' },
  { title: '', width: 6, align: 'left' },
];

export function describeVerdicts(
  verdicts: readonly Verdict[],
  failures: number,
): readonly string[] {
  const lines = verdicts.map(({ what, measured, wanted, unit, isMet }) =>
    columnLine(VERDICT_COLUMNS, [
      `  ${what}`,
      unit === 'ms' ? `${ms(measured)} ms` : ratio(measured),
      unit === 'ms' ? `≤ ${ms(wanted)} ms` : `≥ ${ratio(wanted)}`,
      met(isMet),
    ]),
  );
  const failed = columnLine(VERDICT_COLUMNS, [
    '  failed answers',
    String(failures),
    '0',
    failures === 0 ? styleText('green', 'met') : styleText('red', 'missed'),
  ]);
  return ['', heading('First targets, within this run'), ...lines, failed];
}

/** A sentence of warning where other work on the machine has bent the figures. */
export function describeNoise(rows: readonly Measurement[], floor: Floor): readonly string[] {
  const shares = [floor, ...rows].map((one) => one.othersShare ?? 0);
  const most = Math.max(...shares);
  if (most < NOISY_SHARE) return [];
  const warning = `Other processes took up to ${percent(most)} of the CPU: repeat this on a quiet machine.`;
  return [styleText('yellow', `  ${warning}`)];
}

function met(isMet: boolean): string {
  return isMet ? styleText('green', 'met') : styleText('yellow', 'missed');
}

function heading(text: string): string {
  return styleText('bold', text);
}

function seconds(durationMs: number): string {
  return `${String(durationMs / 1_000)} s`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(1);
}

function signed(behind: number | undefined, before: number | undefined): string {
  if (behind === undefined || before === undefined) return '';
  const value = behind - before;
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${String(Math.round(share * 100))} %`;
}

function cpu(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}

function ratio(value: number): string {
  return value.toFixed(2);
}

function count(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
