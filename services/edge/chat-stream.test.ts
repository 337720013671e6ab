import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { makeFailure } from '../../shared/core/failure.ts';
import { accepted, attempt, delta, failed, terminal } from '../../test/support/builders.ts';
import { ChatStream } from './chat-stream.ts';

const START = [accepted({ tenantId: 't', jobId: 'job-1' }), attempt(2)];
const FRAME = { id: 'job-1', createdSeconds: 1, model: 'auto' };

describe('ChatStream', () => {
  it('streams the text of a completed job, the model named by its attempt', async () => {
    const { status, events } = await answerTo([
      ...START,
      delta(3, 'Bl'),
      delta(4, 'ue'),
      terminal(5),
    ]);

    expect(status).toBe(200);
    expect(events.map(contentOf)).toEqual(['', 'Bl', 'ue', undefined, undefined]);
    expect(events[1]).toMatchObject({ model: 'model' });
    expect(events.at(-1)).toBe('[DONE]');
  });

  it('is a whole stream for an answer without a word', async () => {
    const { status, events } = await answerTo([...START, terminal(3)]);

    expect(status).toBe(200);
    expect(events).toMatchObject([
      { choices: [{ delta: { role: 'assistant' } }] },
      { choices: [{ finish_reason: 'stop' }] },
      '[DONE]',
    ]);
  });

  it('shows nothing of an attempt that failed before its first word', async () => {
    const entries = [...START, failed(3), attempt(4, 2), delta(5, 'Blue', 2), terminal(6)];

    const { status, events } = await answerTo(entries);

    expect(status).toBe(200);
    expect(events.map(contentOf)).toEqual(['', 'Blue', undefined, undefined]);
  });

  it.each([
    ['rate_limit', 429, 'job_rate_limited'],
    ['deadline', 504, 'job_expired'],
    ['content_filter', 400, 'content_filter'],
    ['server', 502, 'job_failed'],
  ] as const)('is an HTTP error when %s ends the job before a word', async (...row) => {
    const [failureClass, status, code] = row;
    const failure = makeFailure(failureClass, 'why');

    const answer = await answerTo([...START, terminal(3, { outcome: 'failed', failure })]);

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code, job_id: 'job-1' } });
  });

  it('ends with an error event, without [DONE], when the job fails after a word', async () => {
    const failure = makeFailure('timeout', 'too slow');
    const end = terminal(4, { outcome: 'failed', finishReason: 'error', failure });

    const { status, events, body } = await answerTo([...START, delta(3, 'Bl'), end]);

    expect(status).toBe(200);
    expect(events.at(-1)).toMatchObject({ error: { code: 'job_failed' } });
    expect(body).not.toContain('[DONE]');
  });

  it('fails honestly when shown text is taken back, and shows nothing of what follows', async () => {
    const reset: JobEntry = { type: 'reset', seq: 4, attempt: 2, keepTo: 0 };

    const { events, body } = await answerTo([
      ...START,
      delta(3, 'old'),
      reset,
      delta(5, 'new', 2),
      terminal(6, { attempt: 2 }),
    ]);

    expect(events.at(-1)).toMatchObject({ error: { code: 'job_failed' } });
    expect(body).not.toContain('new');
    expect(body).not.toContain('[DONE]');
  });

  it('adds the usage only when it is asked for', async () => {
    const entries = [...START, delta(3, 'x'), terminal(4)];

    const [without, including] = [await answerTo(entries), await answerTo(entries, true)];

    expect(without.body).not.toContain('"usage"');
    expect(including.events.at(-2)).toMatchObject({ choices: [], usage: { total_tokens: 30 } });
  });

  it('tells the client of a drain in the stream', async () => {
    const { events } = await answerTo([...START, delta(3, 'Bl')], false, (stream) =>
      stream.drain(),
    );

    expect(events.at(-1)).toMatchObject({ error: { job_id: 'job-1' } });
  });

  it('takes in vain what comes after its end: its reader must not wait for room for ever', async () => {
    const answers: boolean[] = [];

    await answerTo([...START, delta(3, 'Bl')], false, (stream) => {
      stream.drain();
      answers.push(stream.write({ entry: delta(4, 'ue'), sequence: 4, json: '' }));
    });

    expect(answers).toEqual([true]);
  });
});

/** What a client of a real server gets when the job's log holds these entries. */
async function answerTo(
  entries: readonly JobEntry[],
  includeUsage = false,
  atEnd: (stream: ChatStream) => void = () => undefined,
) {
  const server = fastify();
  server.get('/', (_request, reply) => {
    const onRoom = () => undefined;
    const stream = new ChatStream({ reply, jobId: 'job-1', frame: FRAME, includeUsage, onRoom });
    for (const entry of entries) stream.write({ entry, sequence: entry.seq, json: '' });
    atEnd(stream);
    stream.end();
  });
  const { statusCode, body } = await server.inject('/');
  await server.close();
  const data = body.split('\n\n').filter((event) => event.startsWith('data: '));
  const events = data
    .map((event) => event.slice('data: '.length))
    .map((event): unknown => (event === '[DONE]' ? event : JSON.parse(event)));
  return { status: statusCode, body, events };
}

function contentOf(event: unknown): unknown {
  const text = JSON.stringify(event);
  const match = /"content":("(?:[^"\\]|\\.)*")/.exec(text);
  return match?.[1] === undefined ? undefined : JSON.parse(match[1]);
}
