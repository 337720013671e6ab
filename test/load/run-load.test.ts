import { Agent, createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { runLoad } from './run-load.ts';

const opened: { server: Server; agent: Agent }[] = [];

afterEach(async () => {
  for (const { server, agent } of opened.splice(0)) {
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('runLoad', () => {
  it('counts good streams and times their first token apart from their end', async () => {
    const run = await startRun((response) => {
      response.write(event('one '));
      setTimeout(() => response.end(`${event('two')}data: [DONE]\n\n`), 30);
    });

    const result = await run(true);

    expect(result).toMatchObject({ failures: 0, text: 'one two' });
    expect(result.answers).toBeGreaterThan(0);
    expect(result.wholeMs).toHaveLength(result.answers);
    expect((result.wholeMs[0] ?? 0) - (result.firstTokenMs[0] ?? 0)).toBeGreaterThan(20);
  });

  it('counts a good answer that is not streamed', async () => {
    const run = await startRun((response) => response.end(document('all of it')));

    const result = await run(false);

    expect(result).toMatchObject({ failures: 0, text: 'all of it' });
  });

  it.each<[string, BadAnswer]>([
    ['another text', { end: (to) => to.end(document('some')), reason: 'a text that differs' }],
    ['no text', { end: (to) => to.end('{}'), reason: '200 without text: {}' }],
    [
      'a stream without its end',
      { isStream: true, end: (to) => to.end(event('wanted')), reason: '200 without text' },
    ],
    [
      'another status',
      { end: (to) => to.writeHead(503).end('busy'), reason: '503 without text: busy' },
    ],
    ['a cut connection', { end: (to) => to.destroy(), reason: 'socket hang up' }],
  ])('counts %s as a failure and says why', async (_what, { isStream = false, end, reason }) => {
    const run = await startRun(end);

    const result = await run(isStream, 'wanted');

    expect(result.answers).toBe(0);
    expect(result.failures).toBeGreaterThan(0);
    expect(result.firstFailure).toContain(reason);
  });
});

interface BadAnswer {
  readonly isStream?: boolean;
  readonly end: (to: ServerResponse) => void;
  readonly reason: string;
}

async function startRun(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  const agent = new Agent({ keepAlive: true });
  opened.push({ server, agent });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return (stream: boolean, expectedText?: string) =>
    runLoad(
      {
        url: `http://127.0.0.1:${String(port)}/v1`,
        headers: {},
        stream,
        clients: 2,
        durationMs: 50,
        ...(expectedText === undefined ? {} : { expectedText }),
      },
      agent,
    );
}

function event(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
}

function document(content: string): string {
  return JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] });
}
