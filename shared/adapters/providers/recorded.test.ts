import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProviderKind } from '../../contracts/config/config.ts';
import { FAILURE_CLASSES, failureRule } from '../../core/failure.ts';
import type { Usage } from '../../core/usage.ts';
import type { CallOutcome } from '../../ports/provider.ts';
import { parseJson } from './http/json.ts';
import { createProvider } from './registry.ts';
import { providerCall, providerConfig } from './testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from './testing/loopback-server.ts';
import { RecordingSink } from './testing/recording-sink.ts';

const RECORDINGS = fileURLToPath(new URL('../../../../shared/data/recorded/', import.meta.url));

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

/** Times each recording is cut, at offsets drawn from the seed of its number. */
const CUT_ROUNDS = 3;

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

type Recording = z.infer<typeof recordingSchema>;
type Expected = z.infer<typeof expectedSchema>;

interface Case {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly recording: Recording;
  readonly expected: Expected;
}

if (!existsSync(RECORDINGS)) {
  process.stderr.write(`SKIPPED: no recorded provider traffic at ${RECORDINGS}\n`);
}

describe.skipIf(!existsSync(RECORDINGS))('recorded provider traffic', () => {
  const cases = existsSync(RECORDINGS) ? SOURCES.flatMap(readCases) : [];
  let pieces: readonly Uint8Array[] = [];
  let current: Case | undefined;
  let server: LoopbackServer;

  beforeAll(async () => {
    server = await startLoopbackServer((_request, response) => {
      response.writeHead(current?.recording.response.status ?? 500, {
        'content-type': current?.recording.response.content_type ?? 'text/plain',
      });
      for (const piece of pieces) response.write(piece);
      response.end();
    });
  });

  afterAll(() => server.close());

  it('has recordings of every kind', () => {
    const kinds = new Set(cases.map(({ kind }) => kind));

    expect([...kinds]).toEqual([...new Set(SOURCES.map(({ kind }) => kind))]);
  });

  it.each(cases)('reads $kind $name', async (recorded) => {
    const bytes = Buffer.from(recorded.recording.response.body_raw, 'utf8');
    const whole = [bytes];
    const cut = Array.from({ length: CUT_ROUNDS }, (_, seed) => cutAtRandom(bytes, seed + 1));

    for (const variant of [whole, ...cut]) {
      current = recorded;
      pieces = variant;
      const result = await replay(recorded);
      expect(result).toEqual(normalize(recorded.expected));
    }
  });

  async function replay(recorded: Case): Promise<unknown> {
    const config = providerConfig({ kind: recorded.kind, baseUrl: server.origin });
    const provider = createProvider({ config });
    if (provider === undefined) throw new Error(`no adapter for ${recorded.kind}`);
    const sink = new RecordingSink();
    const call = providerCall({}, recorded.recording.kind !== 'json');
    const outcome = await provider.call(call, sink, new AbortController().signal);
    await provider.close();
    return describeOutcome(outcome, sink, recorded.expected);
  }
});

function readCases({ folder, api, kind }: (typeof SOURCES)[number]): Case[] {
  return readdirSync(`${RECORDINGS}${folder}`)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      const recording = recordingSchema.parse(readJson(`${folder}/${file}`));
      const expected = expectedSchema.parse(readJson(`${folder}/${name}.expected.json`));
      return { name, kind, recording, expected };
    })
    .filter(({ recording }) => api === undefined || recording.api === api);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(`${RECORDINGS}${path}`, 'utf8'));
}

/** What the port gave, in the words of the expected files; figures that those leave open are left out. */
function describeOutcome(outcome: CallOutcome, sink: RecordingSink, expected: Expected): unknown {
  return {
    text: sink.answerText,
    reasoning: sink.reasoningText,
    toolCalls: sink.toolCalls.map(({ name, argumentsText }) => ({
      name,
      arguments: argumentsText === '' ? {} : parseJson(argumentsText),
    })),
    finishReason: outcome.kind === 'completed' ? outcome.finishReason : 'error',
    usage: outcome.kind === 'completed' ? pickUsage(toWords(outcome.usage), expected) : {},
    error:
      outcome.kind === 'failed'
        ? { class: outcome.failure.class, retryable: failureRule(outcome.failure.class).retrySame }
        : null,
  };
}

function normalize(expected: Expected): unknown {
  return {
    text: expected.text ?? '',
    reasoning: expected.reasoning ?? '',
    toolCalls: expected.tool_calls,
    finishReason: expected.finish_reason,
    usage: expected.error === null ? pickUsage(expected.usage ?? {}, expected) : {},
    error: expected.error,
  };
}

function toWords(usage: Usage | undefined): Record<string, number | null> {
  return {
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    cached_input_tokens: usage?.cachedInputTokens ?? null,
    reasoning_tokens: usage?.reasoningTokens ?? null,
  };
}

/** The figures that the recording carries; 0 and absent are the same there. */
function pickUsage(
  figures: Readonly<Record<string, number | null>>,
  expected: Expected,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(expected.usage ?? {})
      .filter(([, value]) => value !== null)
      .map(([name]) => [name, figures[name] ?? 0]),
  );
}

/** Between 1 and 40 cuts; a cut may fall inside a character or between CR and LF. */
function cutAtRandom(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  const cuts = Array.from({ length: 1 + (random() % 40) }, () => random() % (bytes.length + 1));
  const ends = [...new Set([...cuts, bytes.length])].sort((a, b) => a - b);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}

/** A linear congruential generator: the same cuts on every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state >>> 8;
  };
}
