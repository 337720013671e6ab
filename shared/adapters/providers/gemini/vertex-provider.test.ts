import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providerCall, providerConfig } from '../testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from '../testing/loopback-server.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { createVertexProvider } from './vertex-provider.ts';

const ANSWER = {
  candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 1, trafficType: 'ON_DEMAND' },
};

let server: LoopbackServer;
let paths: (string | undefined)[];

beforeEach(async () => {
  paths = [];
  server = await startLoopbackServer((request, response) => {
    paths.push(request.url);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER));
  });
});

afterEach(() => server.close());

describe('createVertexProvider', () => {
  it.each([
    [true, 'streamGenerateContent?alt=sse'],
    [false, 'generateContent'],
  ])('calls below the project of its base URL (stream: %s)', async (stream, method) => {
    const place = '/v1/projects/p/locations/europe-west4';
    const config = providerConfig({ kind: 'vertex', baseUrl: `${server.origin}${place}` });
    const provider = createVertexProvider({ config, apiKey: 'token-1' });
    const sink = new RecordingSink();

    const outcome = await provider.call(
      providerCall({}, stream),
      sink,
      new AbortController().signal,
    );
    await provider.close();

    expect(paths).toEqual([`${place}/publishers/google/models/model-1:${method}`]);
    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'stop',
      usage: { inputTokens: 2, outputTokens: 1 },
    });
    expect(sink.answerText).toBe('Hi');
  });
});
