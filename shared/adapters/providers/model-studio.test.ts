import { describe, expect, it } from 'vitest';
import { mustStream } from './model-studio.ts';
import { createProvider } from './registry.ts';
import { providerCall, providerConfig } from './testing/fixtures.ts';
import { startLoopbackServer } from './testing/loopback-server.ts';
import { RecordingSink } from './testing/recording-sink.ts';

describe('mustStream', () => {
  it.each([
    ['qwq-plus', true],
    ['qvq-max', true],
    ['qwen3-omni-flash', true],
    ['qwen3-235b-a22b-thinking-2507', true],
    ['qwen-plus', false],
    ['qwen3-max', false],
  ])('knows of %s whether it answers in streams only', (requestModel, expected) => {
    expect(mustStream({ ...providerCall({}, false), requestModel })).toBe(expected);
  });

  it('is true for reasoning, whatever the model', () => {
    expect(mustStream(providerCall({ reasoning: { effort: 'low' } }))).toBe(true);
    expect(mustStream(providerCall({ reasoning: { effort: 'none' } }))).toBe(false);
  });
});

describe('a model that answers in streams only', () => {
  it('is streamed when nobody wants a stream, and its answer handed over whole', async () => {
    const server = await startLoopbackServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"Hello"},"index":0}]}\n\n');
      response.write('data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}]}\n\n');
      response.end('data: [DONE]\n\n');
    });
    const config = providerConfig({ kind: 'qwen', baseUrl: server.origin });
    const provider = createProvider({ config });
    const sink = new RecordingSink();

    const outcome = await provider.call(
      { ...providerCall({}, false), requestModel: 'qwq-plus' },
      sink,
      new AbortController().signal,
    );

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(sink.answerText).toBe('Hello');
    await provider.close();
    await server.close();
  });
});
