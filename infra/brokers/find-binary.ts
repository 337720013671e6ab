import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where packages put servers although a user's PATH often leaves these folders out. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The user's own search path, then the folders in which servers are usually installed. */
export function serverSearchPath(userPath: string | undefined): string {
  return [...(userPath ?? '').split(delimiter), ...SERVER_FOLDERS].join(delimiter);
}

/** The full path of an executable on a search path. */
export async function findBinary(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder, name);
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not ours to run: either way it is not the one.
    return false;
  }
}
