import type { ServerResponse } from 'node:http';
import { setTimeout as idleFor } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChatHarness,
  DONE,
  failureMessage,
  finish,
  sendEventsOpen,
  sendForever,
  text,
} from '../testing/chat-harness.ts';

const SHORT_MS = 80;
const BIG_TEXT = 'x'.repeat(60_000);

let harness: ChatHarness;

beforeEach(async () => {
  harness = await ChatHarness.start();
});

afterEach(() => harness.close());

describe('the time limits', () => {
  it('end a stream whose first payload never comes, keep-alives or not', async () => {
    harness.answer = (response) =>
      sendForever(response, ': keep-alive\n\ndata: {"choices":[]}\n\n');

    const outcome = await harness.call({ timeouts: { ttftMs: SHORT_MS } });

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } });
    expect(failureMessage(outcome)).toContain('first payload');
  });

  it('end a stream of which nothing comes, not even a status', async () => {
    harness.answer = () => undefined;

    const outcome = await harness.call({ timeouts: { ttftMs: SHORT_MS } });

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } });
    expect(failureMessage(outcome)).toContain('first payload');
  });

  it.each([
    ['comments', ': keep-alive\n\n'],
    ['blank lines', '\n'],
    ['empty shells', 'data: {"choices":[{"index":0,"delta":{"content":""}}]}\n\n'],
    ['an event that never ends', 'data: {'],
  ])('end a stream that stalls behind %s', async (_what, keepAlive) => {
    harness.answer = (response) => {
      sendEventsOpen(response, text('Hel'));
      sendForever(response, keepAlive);
    };

    const outcome = await harness.call({ timeouts: { idleMs: SHORT_MS } });

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } });
    expect(failureMessage(outcome)).toContain('next payload');
    expect(harness.sink.answerText).toBe('Hel');
    await expect.poll(() => harness.server.openConnections()).toBe(0);
  });

  it('let a stream go on that brings payload in time', async () => {
    harness.answer = (response) => {
      let left = 12;
      const timer = setInterval(() => {
        left -= 1;
        if (left > 0) {
          response.write(text('.'));
        } else {
          clearInterval(timer);
          response.end(finish() + DONE);
        }
      }, SHORT_MS / 2);
    };

    const outcome = await harness.call({
      timeouts: { ttftMs: SHORT_MS * 3, idleMs: SHORT_MS * 3 },
    });

    expect(outcome.kind).toBe('completed');
    expect(harness.sink.answerText).toHaveLength(11);
  });

  it('bound a stream that brings payload without end', async () => {
    harness.answer = (response) => sendForever(response, text('.'));

    const outcome = await harness.call({ timeouts: { totalMs: SHORT_MS * 2 } });

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } });
    expect(failureMessage(outcome)).toContain('whole answer');
    expect(harness.sink.answerText).not.toBe('');
    await expect.poll(() => harness.server.openConnections()).toBe(0);
  });

  it('bound the whole call, also without streaming', async () => {
    harness.answer = (response) => sendForever(response, ' ');

    const outcome = await harness.call({
      stream: false,
      timeouts: { totalMs: SHORT_MS, ttftMs: 1, idleMs: 1 },
    });

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } });
    expect(failureMessage(outcome)).toContain('whole answer');
  });

  it('complete an answer whose connection stays open after the end marker', async () => {
    harness.answer = (response) => sendEventsOpen(response, text('Hi') + finish() + DONE);

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    await expect.poll(() => harness.server.openConnections()).toBe(0);
  });
});

describe('a call behind whose end marker the server goes on', () => {
  it('is complete, and its connection is closed', async () => {
    harness.answer = (response) => {
      sendEventsOpen(response, text('Hi') + finish() + DONE);
      sendForever(response, `: keep-alive\n\n${text('more')}`);
    };

    const outcome = await harness.call();

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(harness.sink.answerText).toBe('Hi');
    await expect.poll(() => harness.server.openConnections()).toBe(0);
  });
});

describe('a call that waits for a connection', () => {
  it('times out by itself, and is never sent', async () => {
    let requestCount = 0;
    harness.answer = (response) => {
      requestCount += 1;
      sendEventsOpen(response, text('Hel'));
    };
    const timeouts = { connectMs: SHORT_MS };
    const running = harness.call({ timeouts, concurrency: 1 });
    await expect.poll(() => harness.sink.answerText).toBe('Hel');

    const outcome = await harness.call();
    harness.stop.abort();
    await running;

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } });
    expect(failureMessage(outcome)).toContain('connection');
    await expect.poll(() => harness.server.openConnections()).toBe(0);
    expect(requestCount).toBe(1);
  });
});

describe('a full sink', () => {
  it('stops the reading, and starts no watchdog, until it is drained', async () => {
    const chunkCount = 400;
    let written = 0;
    harness.answer = (response) => writeUntilBlocked(response, chunkCount, () => (written += 1));
    harness.sink.isFull = true;
    const running = harness.call({ timeouts: { idleMs: SHORT_MS * 3 } });
    await expect.poll(() => harness.sink.answerText).not.toBe('');
    // That nothing happens meanwhile is the point, and for that there is no condition to wait for.
    await idleFor(SHORT_MS * 4);
    const readBefore = harness.sink.answerText.length;
    const writtenBefore = written;

    harness.sink.drain();
    const outcome = await running;

    expect(outcome.kind).toBe('completed');
    expect(writtenBefore).toBeLessThan(chunkCount);
    expect(readBefore).toBeLessThan(harness.sink.answerText.length / 2);
    expect(harness.sink.answerText).toHaveLength(chunkCount * BIG_TEXT.length);
  });

  it('does not hold up a caller that stops', async () => {
    harness.answer = (response) => sendEventsOpen(response, text('Hel'));
    harness.sink.isFull = true;
    const running = harness.call();
    await expect.poll(() => harness.sink.answerText).toBe('Hel');

    harness.stop.abort();

    expect(await running).toEqual({ kind: 'aborted' });
    await expect.poll(() => harness.server.openConnections()).toBe(0);
  });
});

function writeUntilBlocked(response: ServerResponse, count: number, onWrite: () => void): void {
  let left = count;
  const writeOn = (): void => {
    while (left > 0) {
      left -= 1;
      onWrite();
      if (!response.write(text(BIG_TEXT))) {
        response.once('drain', writeOn);
        return;
      }
    }
    response.end(finish() + DONE);
  };
  writeOn();
}
