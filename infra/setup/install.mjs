/**
 * Makes a fresh checkout ready to run: the packages of package-lock.json, and a Node 24 among them. Runs before every
 * npm script, on whatever Node the machine has (18 or newer), so it is plain JavaScript and imports nothing but Node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;
const INSTALL_WITHIN_MS = 10 * 60_000;

/**
 * Not `npm ci`: npm refuses it where the registry lacks a package for some other system, which a mirror often does.
 * With --no-save the versions and checksums of the lock hold all the same, and neither file is written.
 */
const INSTALL = ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const pinnedNode = join(root, 'node_modules', '.bin', 'node');

if (isInstalled()) {
  if (!hasNode()) failForNode();
} else {
  install();
  if (!hasNode() || !doesNodeRun()) failForNode();
}

/**
 * npm leaves a copy of the lock in node_modules as the last step of an install, so an absent or differing copy means
 * that the install is absent, broken off or of another commit. Packages for other systems may be in one and not in
 * the other.
 */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) fail('package-lock.json cannot be read: restore it from git.');
  if (present === undefined) return false;
  const paths = new Set([...Object.keys(wanted), ...Object.keys(present)]);
  // The empty path is the project itself, which only the lock lists.
  paths.delete('');
  return [...paths].every((path) => {
    const [entry, other] = [wanted[path], present[path]];
    if (entry === undefined || other === undefined) return (entry ?? other).optional === true;
    return other.version === entry.version && other.integrity === entry.integrity;
  });
}

function readPackages(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    // A half-written copy is the trace of an install that was broken off.
    return undefined;
  }
}

function install() {
  console.error(`Installing the packages of package-lock.json (npm ${INSTALL.join(' ')}) …`);
  // Inside an npm script, npm says where it and its own Node are; that Node survives a change of node_modules.
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const [file, ...before] = script && node ? [node, script] : ['npm'];
  const result = spawnSync(file, [...before, ...INSTALL], {
    cwd: root,
    stdio: 'inherit',
    timeout: INSTALL_WITHIN_MS,
  });
  if (result.status !== 0) fail('npm install failed: see its message above, then try again.');
}

function hasNode() {
  return isWantedNode(process.version) || existsSync(pinnedNode);
}

/** Costs a start of Node, so it is asked once an install only. */
function doesNodeRun() {
  if (isWantedNode(process.version)) return true;
  const answer = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 && isWantedNode(answer.stdout);
}

function isWantedNode(version) {
  return version.startsWith(`v${NODE_MAJOR}.`);
}

function failForNode() {
  fail(
    `Switchyard needs Node ${NODE_MAJOR}; this is ${process.version}, and npm has no Node ${NODE_MAJOR} that runs on ` +
      `this ${process.platform} ${process.arch}: install Node ${NODE_MAJOR} and try again.`,
  );
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
