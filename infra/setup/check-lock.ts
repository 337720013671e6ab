import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepResult } from './check-step.ts';
import { repositoryRoot } from './repository.ts';

/** What we read of package-lock.json. */
type Lock = {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
};

/**
 * Looks for packages that others in the lock name and the lock lacks: npm leaves out what a registry does not serve
 * (mirrors often lack the builds for other systems), and then refuses `npm ci` for everybody.
 */
export async function checkLock(): Promise<StepResult> {
  const text = await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8');
  // npm writes the file, and git shows who else did.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is the parser.
  const { packages } = JSON.parse(text) as Lock;
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(packages, path, name))
      .map((name) => `${path} may need ${name}, which package-lock.json lacks`),
  );
  return {
    isOk: missing.length === 0,
    output: `${missing.join('\n')}\n"npm ci" will refuse this lock file.`,
    note: `${Object.keys(packages).length} packages`,
  };
}

/** Node looks in the package's own folder first, then in each folder above it. */
function isLocked(packages: Lock['packages'], path: string, name: string): boolean {
  for (let folder = path; folder !== ''; folder = folderAbove(folder))
    if (packages[`${folder}/node_modules/${name}`] !== undefined) return true;
  return packages[`node_modules/${name}`] !== undefined;
}

function folderAbove(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));
}
