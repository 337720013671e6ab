import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_KINDS, type ProviderKind } from '../../contracts/config/config.ts';
import { createProvider } from './registry.ts';
import { providerCall, providerConfig } from './testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from './testing/loopback-server.ts';
import { RecordingSink } from './testing/recording-sink.ts';

let server: LoopbackServer;
let seen: { path: string | undefined; headers: IncomingHttpHeaders }[];

beforeEach(async () => {
  seen = [];
  server = await startLoopbackServer((request, response) => {
    seen.push({ path: request.url, headers: request.headers });
    response.writeHead(500).end();
  });
});

afterEach(() => server.close());

describe('createProvider', () => {
  it.each([
    ['openai', '/v1/chat/completions', { authorization: 'Bearer key-1' }],
    ['openai-responses', '/v1/responses', { authorization: 'Bearer key-1' }],
    ['openai-compatible', '/v1/chat/completions', { authorization: 'Bearer key-1' }],
    ['anthropic', '/v1/messages', { 'x-api-key': 'key-1', 'anthropic-version': '2023-06-01' }],
    [
      'gemini',
      '/v1beta/models/model-1:streamGenerateContent?alt=sse',
      { 'x-goog-api-key': 'key-1' },
    ],
    [
      'vertex',
      '/v1/publishers/google/models/model-1:streamGenerateContent?alt=sse',
      { authorization: 'Bearer key-1' },
    ],
    ['mistral', '/v1/chat/completions', { authorization: 'Bearer key-1' }],
    ['deepseek', '/v1/chat/completions', { authorization: 'Bearer key-1' }],
    ['qwen', '/compatible-mode/v1/chat/completions', { authorization: 'Bearer key-1' }],
    [
      'dashscope',
      '/api/v1/services/aigc/text-generation/generation',
      { authorization: 'Bearer key-1', 'x-dashscope-sse': 'enable' },
    ],
    ['ollama', '/api/chat', { authorization: 'Bearer key-1', accept: 'application/x-ndjson' }],
  ] as const)('calls %s at its own path, with its own credential', async (kind, path, headers) => {
    await callOnce(kind, 'key-1');

    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ path, headers });
  });

  it.each(['openai-compatible', 'anthropic', 'gemini', 'vertex', 'mistral', 'ollama'] as const)(
    'sends no credential to %s where there is none',
    async (kind) => {
      await callOnce(kind, undefined);

      expect(seen[0]?.headers).not.toHaveProperty('authorization');
      expect(seen[0]?.headers).not.toHaveProperty('x-api-key');
      expect(seen[0]?.headers).not.toHaveProperty('x-goog-api-key');
    },
  );

  it.each(PROVIDER_KINDS)('has an adapter for %s', async (kind) => {
    const provider = createProvider({
      config: providerConfig({ kind, baseUrl: server.origin }),
    });

    expect(provider).toBeDefined();
    await provider?.close();
  });
});

async function callOnce(kind: ProviderKind, apiKey: string | undefined): Promise<void> {
  const provider = createProvider({
    config: providerConfig({ kind, baseUrl: server.origin }),
    apiKey,
  });
  if (provider === undefined) throw new Error(`no adapter for ${kind}`);
  await provider.call(providerCall(), new RecordingSink(), new AbortController().signal);
  await provider.close();
}
