import { createWriteStream, type WriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { clientLineSchema, type Recording, recordingSchemas, runSchema } from './recording.ts';

const RUN_FILE = 'run.json';
const CLIENT_FILE = /^client-.*\.jsonl$/;

/** A file of one JSON object a line, written as things happen: a run that is killed leaves what it saw until then. */
export class JsonLines {
  readonly #stream: WriteStream;

  constructor(folder: string, name: string) {
    this.#stream = createWriteStream(join(folder, `${name}.jsonl`));
  }

  add(line: object): void {
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#stream.end(resolve));
  }
}

export async function writeLines(
  folder: string,
  name: keyof typeof recordingSchemas,
  lines: Iterable<object>,
): Promise<void> {
  const text = Array.from(lines, (line) => `${JSON.stringify(line)}\n`).join('');
  await writeFile(join(folder, `${name}.jsonl`), text);
}

export async function writeRun(folder: string, run: Recording['run']): Promise<void> {
  await writeFile(join(folder, RUN_FILE), `${JSON.stringify(run, undefined, 2)}\n`);
}

/** Reads the folder of a run. Throws where a line is not what its witness writes. */
export async function readRecording(folder: string): Promise<Recording> {
  const clientFiles = (await readdir(folder)).filter((name) => CLIENT_FILE.test(name)).toSorted();
  const [log, publishes, calls, ledger, results, actions] = await Promise.all([
    readLines(join(folder, 'log.jsonl'), recordingSchemas.log),
    readLines(join(folder, 'publishes.jsonl'), recordingSchemas.publishes),
    readLines(join(folder, 'calls.jsonl'), recordingSchemas.calls),
    readLines(join(folder, 'ledger.jsonl'), recordingSchemas.ledger),
    readLines(join(folder, 'results.jsonl'), recordingSchemas.results),
    readLines(join(folder, 'actions.jsonl'), recordingSchemas.actions),
  ]);
  const clients = await Promise.all(
    clientFiles.map((name) => readLines(join(folder, name), clientLineSchema)),
  );
  const run = runSchema.parse(JSON.parse(await readFile(join(folder, RUN_FILE), 'utf8')));
  return { run, clients, log, publishes, calls, ledger, results, actions };
}

async function readLines<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}
