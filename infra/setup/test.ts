import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot, toolEnvironment, VITEST_RUN } from './repository.ts';

type Totals = { passed: number; failed: number; skipped: number };

const PROJECTS = ['unit', 'system', 'chaos'].flatMap((name) => ['--project', name]);

/** What we read of the report in vitest's JSON format. */
type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

const folder = await mkdtemp(join(tmpdir(), 'switchyard-report-'));
try {
  process.exitCode = await runTests(join(folder, 'report.json'), process.argv.slice(2));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs all tests (or those whose file names hold one of the words given) and ends with one line of totals. */
async function runTests(reportFile: string, words: readonly string[]): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const exitCode = await runVitest([...VITEST_RUN, ...PROJECTS, ...reporters, ...words]);
  const totals = countTotals(await readReport(reportFile), exitCode);
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed === 0 ? exitCode : Math.max(1, exitCode);
}

function runVitest(args: readonly string[]): Promise<number> {
  const child = spawn('vitest', [...args], {
    cwd: repositoryRoot,
    env: toolEnvironment(),
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function readReport(path: string): Promise<Report | undefined> {
  try {
    // vitest is a pinned part of this repository: its report has the shape that its version writes.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is the parser.
    return JSON.parse(await readFile(path, 'utf8')) as Report;
  } catch {
    // vitest stopped before its report; its own output says why, and the run counts as failed.
    return undefined;
  }
}

/**
 * A file that could not even be loaded has no failed test of its own, and an error outside any test has no file: each
 * counts as one failure, so that the line never says "0 failed" for a run that failed.
 */
function countTotals(report: Report | undefined, exitCode: number): Totals {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
