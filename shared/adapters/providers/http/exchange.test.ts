import { setImmediate as nextCycle } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChatHarness,
  DONE,
  failureMessage,
  finish,
  sendEvents,
  sendEventsOpen,
  text,
} from '../testing/chat-harness.ts';

const SHORT_MS = 80;
const OVERLOADED = JSON.stringify({ error: { code: 'server_is_overloaded', message: 'busy' } });

let harness: ChatHarness;

beforeEach(async () => {
  harness = await ChatHarness.start();
});

afterEach(() => harness.close());

describe('a stream that breaks the protocol', () => {
  it.each([
    ['ends after a few chunks', text('Hel')],
    ['ends with [DONE] but no finish reason', text('Hel') + DONE],
    ['ends in the middle of an event', `${text('Hel')}data: {"choices":[{"finish_reason":"st`],
    ['has an event of broken JSON', `${text('Hel')}data: {broken}\n\n${finish()}${DONE}`],
    ['has an event that is no object', `${text('Hel')}data: 7\n\n${finish()}${DONE}`],
    ['is cut inside a character', Buffer.from(`${text('Hel')}data: "\u20ac`).subarray(0, -1)],
    ['has an event above the bound', `${text('Hel')}data: ${'x'.repeat(1_100_000)}`],
  ])('fails as a server fault when it %s', async (_case, body) => {
    harness.answer = (response) => sendEvents(response, body);

    const outcome = await harness.call();

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'server', retryable: true },
    });
    expect(harness.sink.answerText).toBe('Hel');
  });

  it('fails as truncated when the connection breaks in the middle', async () => {
    harness.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text('Hel'), () => response.destroy());
    };

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    expect(failureMessage(outcome)).toContain('truncated');
  });

  it('fails when the body is shorter than its content-length', async () => {
    harness.answer = (response) => {
      const body = text('Hel') + finish();
      response.writeHead(200, { 'content-length': body.length + 10 });
      response.write(body, () => response.destroy());
    };

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});

describe('a success that is an error', () => {
  it.each([
    ['an error event', 'text/event-stream', `data: ${OVERLOADED}\n\n`, 'overloaded'],
    ['a JSON error labelled as a stream', 'text/event-stream', OVERLOADED, 'overloaded'],
    ['a JSON error labelled as bytes', 'application/octet-stream', OVERLOADED, 'overloaded'],
    ['a web page', 'text/html', '<html><body>Sign in</body></html>', 'server'],
    ['an empty body', 'text/event-stream', '', 'server'],
    ['broken JSON', 'application/json', '{"choices":', 'server'],
  ])('fails on %s', async (...[, contentType, body, failureClass]) => {
    harness.answer = (response) =>
      response.writeHead(200, { 'content-type': contentType }).end(body);

    const outcome = await harness.call();

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: failureClass, providerStatus: 200 },
    });
  });
});

describe('what the headers say of the limits', () => {
  const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' };

  it.each([200, 429])('comes with the outcome of a %i', async (status) => {
    harness.answer = (response) =>
      response
        .writeHead(status, { 'content-type': 'text/event-stream', ...headers })
        .end(text('Hi') + finish() + DONE);

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ limits: [{ of: 'requests', remaining: 0, resetMs: 2_000 }] });
  });
});

describe('an error status', () => {
  it('names class, status and delay', async () => {
    harness.answer = (response) =>
      response.writeHead(429, { 'retry-after': '7', 'retry-after-ms': '0' }).end('slow down');

    const outcome = await harness.call();

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'rate_limit', providerStatus: 429, retryAfterMs: 7_000 },
    });
  });

  it('is told from the status when its body stalls', async () => {
    harness.answer = (response) => {
      response.writeHead(503).write('{"error":');
    };

    const outcome = await harness.call({ timeouts: { idleMs: SHORT_MS } });

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'overloaded' } });
  });

  it('is read up to a bound, whatever its size', async () => {
    harness.answer = (response) => {
      response.writeHead(500).write('x'.repeat(100_000));
    };

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    await expect.poll(() => harness.server.openConnections()).toBe(0);
  });

  it('is not followed when it is a redirect', async () => {
    harness.answer = (response) =>
      response.writeHead(307, { location: `${harness.server.origin}/other` }).end();

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'failed', failure: { providerStatus: 307 } });
  });
});

describe('the connection', () => {
  it('is kept for the next call after a complete answer', async () => {
    harness.answer = (response) => sendEvents(response, text('Hi') + finish() + DONE);

    await harness.call();
    // Undici frees a connection in the next cycle of the event loop, for servers that close without saying so.
    await nextCycle();
    await harness.call();

    expect(await harness.server.openConnections()).toBe(1);
  });

  it('fails the call when nobody listens', async () => {
    await harness.server.close();

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    expect(failureMessage(outcome)).toContain('ECONNREFUSED');
  });

  it('is closed at once when the caller stops a running answer', async () => {
    harness.answer = (response) => sendEventsOpen(response, text('Hel'));
    const running = harness.call();
    await expect.poll(() => harness.sink.answerText).toBe('Hel');

    harness.stop.abort();

    expect(await running).toEqual({ kind: 'aborted' });
    await expect
      .poll(() => harness.server.openConnections(), { interval: 5, timeout: 250 })
      .toBe(0);
  });

  it('is not opened for a caller that has stopped before', async () => {
    harness.stop.abort();

    const outcome = await harness.call();

    expect(outcome).toEqual({ kind: 'aborted' });
    expect(await harness.server.openConnections()).toBe(0);
  });
});

it('surfaces a defect of the sink instead of taking it for a broken connection', async () => {
  harness.answer = (response) => sendEvents(response, text('Hi') + finish() + DONE);
  harness.sink.text = () => {
    throw new Error('defect');
  };

  await expect(harness.call()).rejects.toThrow('defect');
});
