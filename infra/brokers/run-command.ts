import { execFile } from 'node:child_process';

export type CommandResult = {
  isOk: boolean;
  stdout: string;
  /** Both outputs, and why the program did not run or end well. */
  output: string;
};

export type CommandOptions = { timeoutMs: number; env?: NodeJS.ProcessEnv; cwd?: string };

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs a program to its end; a program that is absent, fails or passes its time is a result, never an exception. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { timeoutMs, ...rest } = options;
  return new Promise((resolve) => {
    const limits = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX, ...rest };
    execFile(file, [...args], limits, (error, stdout, stderr) => {
      const reason = error === null ? '' : `\n${firstLine(error.message)}`;
      resolve({ isOk: error === null, stdout, output: `${stdout}${stderr}${reason}`.trim() });
    });
  });
}

/** Node's message repeats the whole error output below its first line. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
