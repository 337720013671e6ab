import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providerCall, providerConfig } from '../testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from '../testing/loopback-server.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { createDeepseekProvider } from './provider.ts';

let server: LoopbackServer;

beforeEach(async () => {
  server = await startLoopbackServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': keep-alive\n\n');
    response.write(chunk({ reasoning_content: 'Hm', content: null }, null));
    response.write(chunk({ content: 'Hi' }, null));
    response.end(`${chunk({ content: '' }, 'insufficient_system_resource')}data: [DONE]\n\n`);
  });
});

afterEach(() => server.close());

describe('createDeepseekProvider', () => {
  it('takes an answer that ran out of resources for an overload, with what had come', async () => {
    const config = providerConfig({ kind: 'deepseek', baseUrl: server.origin });
    const provider = createDeepseekProvider({ config });
    const sink = new RecordingSink();

    const outcome = await provider.call(providerCall(), sink, new AbortController().signal);
    await provider.close();

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'overloaded', retryable: true, providerStatus: 200 },
    });
    expect(sink).toMatchObject({ reasoningText: 'Hm', answerText: 'Hi' });
  });
});

function chunk(delta: unknown, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ choices })}\n\n`;
}
