import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepResult } from './check-step.ts';
import { repositoryRoot, runTool, SOURCE_FOLDERS } from './repository.ts';

const ARGS = ['--config', 'infra/lint/dependency-cruiser.cjs', '--output-type', 'json'];
const OUR_MODULE = new RegExp(`^(${SOURCE_FOLDERS.join('|')})/.*\\.ts$`);

/** What we read of dependency-cruiser's report. */
type Report = {
  modules: { source: string }[];
  summary: { violations: { rule: { name: string }; from: string; to: string }[] };
};

/**
 * Runs dependency-cruiser and counts what it read: without a parser that it likes it reads nothing, finds no violation
 * and reports success, so fewer modules than there are source files is a failure.
 */
export async function checkLayers(): Promise<StepResult> {
  const result = await runTool('depcruise', [...ARGS, ...SOURCE_FOLDERS]);
  const report = parseReport(result.stdout);
  if (report === undefined) return { isOk: false, output: result.output };

  const read = new Set(report.modules.map((module) => module.source).filter(isOurs));
  const unread = (await listSources()).filter((path) => !read.has(path));
  const problems = [
    ...report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    ...unread.map((path) => `not read by dependency-cruiser, so not checked: ${path}`),
  ];
  return {
    isOk: problems.length === 0 && result.isOk,
    output: problems.length === 0 ? result.output : problems.join('\n'),
    note: `${read.size} modules`,
  };
}

function parseReport(text: string): Report | undefined {
  try {
    // The tool is a pinned part of this repository: its report has the shape that its version writes.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is the parser.
    return JSON.parse(text) as Report;
  } catch {
    // It stopped before its report; the caller shows what it printed instead.
    return undefined;
  }
}

function isOurs(source: string): boolean {
  return OUR_MODULE.test(source);
}

async function listSources(): Promise<string[]> {
  const lists = await Promise.all(
    SOURCE_FOLDERS.map(async (folder) => {
      const paths = await readdir(join(repositoryRoot, folder), { recursive: true });
      return paths.map((path) => `${folder}/${path}`);
    }),
  );
  return lists.flat().filter((path) => isOurs(path) && !path.includes('/node_modules/'));
}
