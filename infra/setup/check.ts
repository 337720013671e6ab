import { checkCompose } from './check-compose.ts';
import { checkLayers } from './check-layers.ts';
import { checkLock } from './check-lock.ts';
import type { CheckStep, StepResult } from './check-step.ts';
import { runTool, SOURCE_FOLDERS, VITEST_RUN } from './repository.ts';

/** Two steps at a time: the machines that this runs on have two cores. */
const LANES = 2;

const LINT = ['-c', 'infra/lint/oxlint.json', '--type-aware', '--deny-warnings', ...SOURCE_FOLDERS];

const STEPS: readonly CheckStep[] = [
  { name: 'format', run: () => runTool('biome', ['check', '--config-path=infra/lint', '.']) },
  { name: 'lint', run: () => runTool('oxlint', LINT) },
  { name: 'types', run: () => runTool('tsc', ['--noEmit', '-p', '.']) },
  { name: 'layers', run: checkLayers },
  { name: 'dead code', run: () => runTool('knip', ['--config', 'infra/lint/knip.json']) },
  { name: 'lock file', run: checkLock },
  { name: 'compose file', run: checkCompose },
  { name: 'unit tests', run: () => runTool('vitest', [...VITEST_RUN, '--project', 'unit']) },
];

process.exitCode = (await runSteps(STEPS)) ? 0 : 1;

/** Runs every step, also after one that failed, so that one run shows all there is to repair. */
async function runSteps(steps: readonly CheckStep[]): Promise<boolean> {
  const startedAtMs = performance.now();
  const waiting = [...steps];
  const failed: string[] = [];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      if (!(await runStep(step))) failed.push(step.name);
  };

  await Promise.all(Array.from({ length: LANES }, lane));

  const verdict = failed.length === 0 ? 'all good' : `failed: ${failed.join(', ')}`;
  console.log(`check: ${verdict} (${seconds(startedAtMs)})`);
  return failed.length === 0;
}

async function runStep(step: CheckStep): Promise<boolean> {
  const startedAtMs = performance.now();
  const result: StepResult = await step.run();
  const note = result.note === undefined ? '' : `, ${result.note}`;
  console.log(`${result.isOk ? 'ok    ' : 'FAILED'} ${step.name} (${seconds(startedAtMs)}${note})`);
  if (!result.isOk) console.log(`${result.output}\n`);
  return result.isOk;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;
}
