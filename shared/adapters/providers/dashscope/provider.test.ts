import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { providerCall, providerConfig } from '../testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from '../testing/loopback-server.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { createDashscopeProvider } from './provider.ts';

const IMAGE = { type: 'image', url: 'https://example.com/a.png' } as const;

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

describe('createDashscopeProvider', () => {
  it('asks for events only where a stream is wanted', async () => {
    await callOnce({}, true);
    await callOnce({}, false);

    expect(seen.map(({ headers }) => headers['x-dashscope-sse'])).toEqual(['enable', undefined]);
    expect(seen.map(({ headers }) => headers.accept)).toEqual([
      'text/event-stream',
      'application/json',
    ]);
  });

  it('asks for events where the model thinks, which it does in streams only', async () => {
    await callOnce({ reasoning: { effort: 'low' } }, false);

    expect(seen[0]?.headers).toMatchObject({ 'x-dashscope-sse': 'enable' });
  });

  it('calls the multimodal path for a conversation with images', async () => {
    await callOnce({ messages: [{ role: 'user', content: [IMAGE] }] }, true);

    expect(seen[0]?.path).toBe('/api/v1/services/aigc/multimodal-generation/generation');
  });
});

async function callOnce(request: Partial<JobRequest>, stream: boolean): Promise<void> {
  const config = providerConfig({ kind: 'dashscope', baseUrl: server.origin });
  const provider = createDashscopeProvider({ config });
  await provider.call(
    providerCall(request, stream),
    new RecordingSink(),
    new AbortController().signal,
  );
  await provider.close();
}
