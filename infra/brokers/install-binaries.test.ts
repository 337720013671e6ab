import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installBinaries } from './install-binaries.ts';

const NAMES = ['redis-server', 'nats-server'];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-install-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('installs the Debian packages as root, without questions and without starting services', async () => {
  await placeTool('apt-get', 0);

  const failure = await install('linux', true);

  expect(failure).toBeUndefined();
  expect(await calls()).toEqual([
    'noninteractive 1 update',
    'noninteractive 1 install -y --no-install-recommends redis-server nats-server',
  ]);
});

test('calls nothing when it is not root on Linux', async () => {
  await placeTool('apt-get', 0);

  const failure = await install('linux', false);

  expect(failure).toBe('only root may run apt-get');
  expect(await calls()).toEqual([]);
});

test('tells the last words of a package tool that fails, and stops there', async () => {
  await placeTool('apt-get', 100);

  const failure = await install('linux', true);

  expect(failure).toMatch(/apt-get update failed: .*no such package/);
  expect(await calls()).toEqual(['noninteractive 1 update']);
});

test('installs the brew formulas on macOS', async () => {
  await placeTool('brew', 0);

  const failure = await install('darwin', false);

  expect(failure).toBeUndefined();
  expect(await calls()).toEqual([expect.stringMatching(/ install redis nats-server$/)]);
});

test('says that there is no package tool where there is none', async () => {
  const failures = [await install('linux', true), await install('darwin', true)];

  expect(failures).toEqual([
    'there is no apt-get',
    'there is no package tool that works without questions',
  ]);
});

function install(platform: NodeJS.Platform, isRoot: boolean): Promise<string | undefined> {
  return installBinaries(NAMES, { searchPath: folder, platform, isRoot, say: () => undefined });
}

/** A stand-in that writes down how it was called. */
async function placeTool(name: string, exitCode: number): Promise<void> {
  const script = `#!/bin/sh
    echo "$DEBIAN_FRONTEND $RUNLEVEL $*" >> ${folder}/calls
    [ ${exitCode} = 0 ] || echo no such package >&2
    exit ${exitCode}`;
  await writeFile(join(folder, name), script, { mode: 0o755 });
}

async function calls(): Promise<string[]> {
  const text = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
