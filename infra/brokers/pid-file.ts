import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const STALE_STOP_WITHIN_MS = 5_000;
const POLL_MS = 50;

/** Writes "<pid> <birth mark>"; the mark tells a process from a later one that got the same number. */
export async function writePidFile(path: string, pid: number): Promise<void> {
  await writeFile(path, `${await ownerLine(pid)}\n`);
}

export async function clearPidFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The line that names a living process: its id and the moment it was born. */
export async function ownerLine(pid: number): Promise<string> {
  return `${pid} ${(await birthMark(pid)) ?? ''}`;
}

/** The id in a pid or lock file when the very process that it names still lives; undefined otherwise. */
export async function livingOwner(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pidText = '', ...mark] = text.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return (await birthMark(pid)) === mark.join(' ') ? pid : undefined;
}

/** Ends the server that an earlier run of ours left behind, so that two never write to one data folder. */
export async function stopStaleServer(pidFile: string): Promise<void> {
  const pid = await livingOwner(pidFile);
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    const isGone = await waitUntilGone(pidFile);
    if (!isGone) process.kill(pid, 'SIGKILL');
    if (!isGone && !(await waitUntilGone(pidFile)))
      throw new Error(`process ${pid} of an earlier start, named in ${pidFile}, does not end`);
  }
  await clearPidFile(pidFile);
}

async function waitUntilGone(pidFile: string): Promise<boolean> {
  const untilMs = Date.now() + STALE_STOP_WITHIN_MS;
  while (Date.now() < untilMs) {
    if ((await livingOwner(pidFile)) === undefined) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** When the process was born, as the system words it; undefined when there is no such process (or only its zombie). */
async function birthMark(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return birthMarkOnLinux(pid);
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    // ps exits with 1 when there is no such process.
    return undefined;
  }
}

async function birthMarkOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // proc(5): after the bracketed name, which may hold spaces, come field 3, the state, and so on; 22 is the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}
