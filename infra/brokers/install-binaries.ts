import { findBinary } from './find-binary.ts';
import { runCommand } from './run-command.ts';

const INSTALL_WITHIN_MS = 5 * 60_000;

export type InstallOptions = {
  searchPath: string;
  platform: NodeJS.Platform;
  isRoot: boolean;
  say: (line: string) => void;
};

/**
 * Installs the named servers where that needs nobody's answer: as root with apt-get, on macOS with brew. Returns why it
 * did not work, or undefined when the package tool reported success.
 */
export async function installBinaries(
  names: readonly string[],
  options: InstallOptions,
): Promise<string | undefined> {
  const { searchPath, platform, isRoot, say } = options;
  if (platform === 'linux') {
    const aptGet = await findBinary('apt-get', searchPath);
    if (aptGet === undefined) return 'there is no apt-get';
    if (!isRoot) return 'only root may run apt-get';
    say(`installing ${names.join(' and ')} with apt-get`);
    return installWithApt(aptGet, names);
  }
  const brew = platform === 'darwin' ? await findBinary('brew', searchPath) : undefined;
  if (brew === undefined) return 'there is no package tool that works without questions';
  const formulas = names.map((name) => (name === 'redis-server' ? 'redis' : name));
  say(`installing ${formulas.join(' and ')} with brew`);
  return runToEnd(brew, ['install', ...formulas], {});
}

async function installWithApt(
  aptGet: string,
  names: readonly string[],
): Promise<string | undefined> {
  // RUNLEVEL=1 keeps the packages from starting a service on the classic ports; one that starts anyway does no harm,
  // because ours run on ports of their own.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = ['install', '-y', '--no-install-recommends', ...names];
  return (await runToEnd(aptGet, ['update'], env)) ?? (await runToEnd(aptGet, install, env));
}

async function runToEnd(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string | undefined> {
  const options = { timeoutMs: INSTALL_WITHIN_MS, env: { ...process.env, ...env } };
  const result = await runCommand(file, args, options);
  if (result.isOk) return undefined;
  return `${[file, ...args].join(' ')} failed: ${result.output.split('\n').slice(-3).join(' ')}`;
}
