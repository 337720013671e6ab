import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ProviderKind } from '../../../contracts/config/config.ts';
import { FAILURE_CLASSES } from '../../../core/failure.ts';

/** Recorded traffic of real providers, beside the repository; its README has the rules of the expected results. */
const FOLDER = fileURLToPath(new URL('../../../../../shared/data/recorded/', import.meta.url));

/** Which recordings are traffic of which kind; `api` undefined = every API of the folder. */
const SOURCES: readonly { folder: string; api?: string; kind: ProviderKind }[] = [
  { folder: 'openai', api: 'chat', kind: 'openai' },
  { folder: 'openai', api: 'responses', kind: 'openai-responses' },
  { folder: 'deepseek', api: 'responses', kind: 'openai-responses' },
  { folder: 'qwen', api: 'native', kind: 'dashscope' },
  { folder: 'ollama', kind: 'ollama' },
  { folder: 'openai_compat', kind: 'openai-compatible' },
  { folder: 'anthropic', kind: 'anthropic' },
  { folder: 'gemini', api: 'generate', kind: 'gemini' },
  { folder: 'gemini', api: 'vertex', kind: 'vertex' },
  { folder: 'mistral', kind: 'mistral' },
  { folder: 'deepseek', api: 'chat', kind: 'deepseek' },
  { folder: 'qwen', api: 'chat', kind: 'qwen' },
];

const recordingSchema = z.object({
  api: z.string(),
  kind: z.enum(['stream', 'json', 'error']),
  response: z.object({ status: z.number(), body_raw: z.string(), content_type: z.string() }),
});

const expectedSchema = z.object({
  text: z.string().nullable(),
  reasoning: z.string().nullable(),
  tool_calls: z.array(z.object({ name: z.string(), arguments: z.unknown() })),
  finish_reason: z.string(),
  usage: z.record(z.string(), z.number().nullable()).nullable(),
  error: z.object({ class: z.enum(FAILURE_CLASSES), retryable: z.boolean() }).nullable(),
});

/** What a unified client must make of an exchange, as the files say it. */
export type ExpectedResult = z.infer<typeof expectedSchema>;

/** One exchange with a provider, and what must come of it. */
export interface RecordedExchange {
  /** `<folder>/<file without .json>`. */
  readonly name: string;
  readonly kind: ProviderKind;
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Whether the provider was called with streaming. Answers that are errors count as such calls. */
  readonly stream: boolean;
  readonly expected: ExpectedResult;
}

/** False where this machine has no recordings; then their tests are skipped, and the reason is printed once a file. */
export function hasRecordings(): boolean {
  const isThere = existsSync(FOLDER);
  if (!isThere) process.stderr.write(`SKIPPED: no recorded provider traffic at ${FOLDER}\n`);
  return isThere;
}

/** Every recording. Throws on a file that has not the form of the README. */
export function readRecordedExchanges(): readonly RecordedExchange[] {
  return SOURCES.flatMap(({ folder, api, kind }) =>
    readdirSync(`${FOLDER}${folder}`)
      .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
      .flatMap((file) => {
        const recording = recordingSchema.parse(readJson(`${folder}/${file}`));
        if (api !== undefined && recording.api !== api) return [];
        const name = `${folder}/${file.slice(0, -'.json'.length)}`;
        return [toExchange(name, kind, recording)];
      }),
  );
}

function toExchange(
  name: string,
  kind: ProviderKind,
  recording: z.infer<typeof recordingSchema>,
): RecordedExchange {
  return {
    name,
    kind,
    status: recording.response.status,
    contentType: recording.response.content_type,
    body: Buffer.from(recording.response.body_raw, 'utf8'),
    stream: recording.kind !== 'json',
    expected: expectedSchema.parse(readJson(`${name}.expected.json`)),
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(`${FOLDER}${path}`, 'utf8'));
}
