import type { StepResult } from './check-step.ts';
import { runTool } from './repository.ts';

/** The production shape: a service that is not in this list, or missing from the file, is a mistake. */
const SERVICES = ['edge', 'intake', 'nats', 'redis', 'router', 'worker'];

/** The file refuses to start without it; here it only has to be there. */
const PLACEHOLDERS = { SWITCHYARD_API_KEY: 'placeholder-for-the-check' };

/** Lets Compose read docker-compose.yml; needs no engine, only the program (version 1.29 or 2). */
export async function checkCompose(): Promise<StepResult> {
  const compose = await findCompose();
  if (compose === undefined) {
    const note = 'SKIPPED: neither "docker compose" nor "docker-compose" is installed';
    return { isOk: true, output: '', note };
  }
  const [file, ...before] = compose;
  const args = [...before, '-f', 'docker-compose.yml', 'config', '--services'];
  const result = await runTool(file, args, PLACEHOLDERS);
  if (!result.isOk) return result;
  const found = result.stdout.trim().split(/\s+/).sort();
  return {
    isOk: found.join() === SERVICES.join(),
    output: `services in docker-compose.yml: ${found.join(' ')}; expected: ${SERVICES.join(' ')}`,
    note: compose.join(' '),
  };
}

async function findCompose(): Promise<[string, ...string[]] | undefined> {
  const candidates: [string, ...string[]][] = [['docker', 'compose'], ['docker-compose']];
  for (const candidate of candidates) {
    const [file, ...before] = candidate;
    if ((await runTool(file, [...before, 'version'])).isOk) return candidate;
  }
  return undefined;
}
