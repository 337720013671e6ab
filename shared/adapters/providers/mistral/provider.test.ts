import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { createProvider } from '../registry.ts';
import { providerCall, providerConfig } from '../testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from '../testing/loopback-server.ts';
import { RecordingSink } from '../testing/recording-sink.ts';

let server: LoopbackServer;
let body: string;

beforeEach(async () => {
  server = await startLoopbackServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body);
  });
});

afterEach(() => server.close());

describe('createMistralProvider', () => {
  it('reads a stream whose content changes its form, and calls without an index', async () => {
    body = [
      chunk({ delta: { role: 'assistant', content: '' } }),
      chunk({
        delta: { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] },
      }),
      chunk({ delta: { content: [{ type: 'text', text: 'Hel' }] } }),
      chunk({ delta: { content: 'lo' } }),
      chunk({
        delta: { tool_calls: [call('vAKGXGFZD', '{"x":1}'), call('n9P3tR143', '{}')] },
        finish_reason: 'tool_calls',
      }),
      'data: [DONE]\n\n',
    ].join('');

    const { sink, outcome } = await callOnce();

    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'tool_calls',
      usage: { inputTokens: 5, cachedInputTokens: 4, outputTokens: 2 },
    });
    expect(sink).toMatchObject({ reasoningText: 'Hm', answerText: 'Hello' });
    expect(sink.toolCalls.map(({ id, argumentsText }) => [id, argumentsText])).toEqual([
      ['vAKGXGFZD', '{"x":1}'],
      ['n9P3tR143', '{}'],
    ]);
  });

  it('reads an error of its own form inside a stream', async () => {
    body = `data: ${JSON.stringify({ object: 'error', message: 'full', type: 'rate_limited' })}\n\n`;

    const { outcome } = await callOnce();

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'rate_limit', message: 'full' },
    });
  });
});

async function callOnce(): Promise<{ sink: RecordingSink; outcome: CallOutcome }> {
  const provider = createProvider({
    config: providerConfig({ kind: 'mistral', baseUrl: server.origin }),
  });
  if (provider === undefined) throw new Error('no adapter');
  const sink = new RecordingSink();
  const outcome = await provider.call(providerCall(), sink, new AbortController().signal);
  await provider.close();
  return { sink, outcome };
}

function chunk(choice: { delta: unknown; finish_reason?: string }): string {
  const usage = { prompt_tokens: 5, completion_tokens: 2, num_cached_tokens: 4 };
  return `data: ${JSON.stringify({
    model: 'm',
    choices: [{ index: 0, finish_reason: null, ...choice }],
    usage: choice.finish_reason === undefined ? undefined : usage,
    p: 'abc',
  })}\n\n`;
}

function call(id: string, argumentsText: string): unknown {
  return { id, function: { name: 'f', arguments: argumentsText } };
}
