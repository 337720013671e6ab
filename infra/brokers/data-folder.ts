import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { livingOwner, ownerLine } from './pid-file.ts';

export type DataFolder = { path: string; release(): Promise<void> };

/**
 * Opens the folder in which our brokers keep their data: the given one, kept between starts and held by a lock file
 * while we run, or a temporary one that goes away at release.
 */
export async function openDataFolder(path: string | undefined): Promise<DataFolder> {
  if (path === undefined) {
    const temporary = await mkdtemp(join(tmpdir(), 'switchyard-'));
    return { path: temporary, release: () => removeFolder(temporary) };
  }
  const folder = resolve(path);
  await mkdir(folder, { recursive: true });
  const lock = join(folder, 'brokers.lock');
  await takeLock(lock, folder);
  return { path: folder, release: () => rm(lock, { force: true }) };
}

async function takeLock(lock: string, folder: string): Promise<void> {
  const line = await ownerLine(process.pid);
  if (await createExclusively(lock, line)) return;
  const owner = await livingOwner(lock);
  if (owner === undefined) {
    // Its owner was killed: nobody holds the folder.
    await rm(lock, { force: true });
    if (await createExclusively(lock, line)) return;
  }
  throw new Error(
    `Switchyard already runs on the data folder ${folder} (process ${owner ?? 'unknown'}): ` +
      'stop it, or give this one another folder in SWITCHYARD_DATA.',
  );
}

async function createExclusively(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, `${text}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function removeFolder(path: string): Promise<void> {
  // A server that has just ended may still be closing files in there.
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
