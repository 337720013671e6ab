import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, runCommand } from '../brokers/run-command.ts';

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The folders that hold our sources. */
export const SOURCE_FOLDERS = ['services', 'shared', 'infra', 'test'] as const;

export const VITEST_RUN = [
  'run',
  '--config',
  'infra/setup/vitest.config.ts',
  '--configLoader',
  'native',
] as const;

const TOOL_WITHIN_MS = 5 * 60_000;

/** Runs a program from node_modules or the machine in the repository, under the Node of this process. */
export function runTool(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  return runCommand(name, args, {
    timeoutMs: TOOL_WITHIN_MS,
    cwd: repositoryRoot,
    env: { ...toolEnvironment(), ...env },
  });
}

/** The tools are scripts that ask for `node`: our pinned one has to come first. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const path = [join(repositoryRoot, 'node_modules', '.bin'), process.env['PATH'] ?? ''];
  return { ...process.env, PATH: path.join(delimiter) };
}
