import { styleText } from 'node:util';
import { type Column, columnLine, titleLine } from '../report/columns.ts';
import type { Spread } from '../report/quantile.ts';
import type { DeploymentTally, Tally } from './tally.ts';

const COLUMNS: readonly Column[] = [
  { title: '  deployment', width: 36, align: 'left' },
  { title: 'provider', width: 10, align: 'left' },
  { title: 'jobs', width: 5, align: 'right' },
  { title: 'tokens in', width: 10, align: 'right' },
  { title: 'tokens out', width: 10, align: 'right' },
  { title: 'cost USD', width: 11, align: 'right' },
];

const LABEL_WIDTH = 14;

export interface ClosingFigures {
  readonly tally: Tally;
  /** Of the batch. */
  readonly firstToken: Spread | undefined;
  /** What became of the job whose worker was killed, in a few words a line. */
  readonly killedJob: readonly string[];
  readonly providerOf: (deployment: string) => string;
}

/** The table at the end of the demo. */
export function closingTable(figures: ClosingFigures): readonly string[] {
  const { tally, firstToken, killedJob, providerOf } = figures;
  const rows = tally.deployments.map((row) =>
    deploymentLine(`  ${row.deployment}`, providerOf(row.deployment), row),
  );
  const total = deploymentLine('  in all', '', {
    jobs: sumOf(tally.deployments, 'jobs'),
    inputTokens: sumOf(tally.deployments, 'inputTokens'),
    outputTokens: sumOf(tally.deployments, 'outputTokens'),
    costNanoUsd: sumOf(tally.deployments, 'costNanoUsd'),
  });
  const wait =
    firstToken === undefined
      ? 'nothing was measured'
      : `p50 ${count(firstToken.p50)} ms, p99 ${count(firstToken.p99)} ms from acceptance, ${String(firstToken.count)} jobs at once`;
  const [story = '', ...more] = killedJob;
  return [
    styleText('dim', titleLine(COLUMNS)),
    ...rows,
    styleText('bold', total),
    '',
    fact('jobs', `${String(tally.submitted)} submitted, ${String(tally.completed)} completed`),
    fact('first token', wait),
    fact('lost', verdict(tally.lost.length)),
    fact('duplicated', verdict(tally.duplicated.length)),
    fact(
      'ledger',
      `${String(tally.ledgerRows)} rows, ${usd(tally.ledgerNanoUsd)} USD: each job billed once`,
    ),
    fact('killed job', story),
    ...more.map((line) => fact('', line)),
  ];
}

function deploymentLine(
  name: string,
  provider: string,
  row: Omit<DeploymentTally, 'deployment'>,
): string {
  const { jobs, inputTokens, outputTokens, costNanoUsd } = row;
  return columnLine(COLUMNS, [
    name,
    provider,
    count(jobs),
    count(inputTokens),
    count(outputTokens),
    usd(costNanoUsd),
  ]);
}

function sumOf(
  rows: readonly DeploymentTally[],
  field: Exclude<keyof DeploymentTally, 'deployment'>,
): number {
  return rows.reduce((sum, row) => sum + row[field], 0);
}

function fact(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`;
}

function verdict(jobs: number): string {
  return styleText(jobs === 0 ? 'green' : 'red', String(jobs));
}

function usd(nanoUsd: number): string {
  return (nanoUsd / 1_000_000_000).toFixed(6);
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
