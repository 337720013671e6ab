import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const SYSTEM_FOLDERS = [
  'test/contract',
  'test/integration',
  'test/e2e',
  'test/conformance',
  'infra/brokers',
];
/** The checker and its parts in the same folder are unit tests: only this file runs the system. */
const CHAOS_RUN = 'test/chaos/chaos.test.ts';
const NO_TEST_FOLDERS = ['node_modules', '.switchyard'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const brokerSetup = fileURLToPath(new URL('../../test/support/global-setup.ts', import.meta.url));

/**
 * unit: no server, files in parallel. system: real Redis and NATS, one file at a time, after the unit tests, because
 * these start processes of their own and measure time. chaos: kills and cuts, on brokers of its own, last.
 */
// oxlint-disable-next-line import/no-default-export -- vitest reads its settings from the default export.
export default defineConfig({
  root,
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{services,shared,infra,test}/**/*.test.ts'],
          exclude: [...[...SYSTEM_FOLDERS, ...NO_TEST_FOLDERS].map(allFilesIn), CHAOS_RUN],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'system',
          include: SYSTEM_FOLDERS.map(testFilesIn),
          globalSetup: [brokerSetup],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: [CHAOS_RUN],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

function allFilesIn(folder: string): string {
  return `**/${folder}/**`;
}

function testFilesIn(folder: string): string {
  return `${folder}/**/*.test.ts`;
}
