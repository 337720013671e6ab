import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../shared/contracts/http/problem.ts';
import { BAD_CHATS, BAD_JOBS, type BadRequest, GOOD, SECRET } from '../support/bad-requests.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt } from '../support/oracle.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

/** Bad requests at both doors, after security.md section 6. The number behind a name is its row there. */
let system: TestFleet;

beforeAll(async () => {
  system = await startTestFleet();
});

afterAll(async () => {
  await system.stop();
});

describe('POST /v1/jobs refuses', () => {
  it.each(Object.entries(BAD_JOBS))('%s', async (_name, bad) => {
    const answer = await post(`${system.fleet.intake.url}/v1/jobs`, bad);

    expect(problemSchema.parse(JSON.parse(answer.text))).toMatchObject({
      code: bad.code,
      status: bad.status,
    });
    expect(answer.status).toBe(bad.status);
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expectNoLeak(answer.text);
  });
});

const openaiErrorSchema = z.object({
  error: z.object({ message: z.string().min(1), type: z.string().min(1), code: z.string() }),
});

describe("POST /v1/chat/completions refuses, with OpenAI's error object,", () => {
  it.each(Object.entries(BAD_CHATS))('%s', async (_name, bad) => {
    const answer = await post(`${system.fleet.edge.url}/v1/chat/completions`, bad);

    // OpenAI has no 422: what does not fit is a 400 there.
    expect(answer.status).toBe(bad.status === 422 ? 400 : bad.status);
    expect(openaiErrorSchema.parse(JSON.parse(answer.text)).error.code).toBe(bad.code);
    expectNoLeak(answer.text);
  });
});

describe('a request that is no proper HTTP', () => {
  it.each([
    ['a header of 20 KB (S06)', `x-large: ${'x'.repeat(20_480)}\r\n`, 431],
    ['two lengths (H04)', 'content-length: 5\r\ncontent-length: 6\r\n', 400],
    ['a length with a sign (H04)', 'content-length: +5\r\n', 400],
    ['a length and chunks (H04)', 'content-length: 5\r\ntransfer-encoding: chunked\r\n', 400],
    ['a zero byte in a header (H06)', 'x-zero: a\0b\r\n', 400],
  ])('is refused and the connection closed: %s', async (_name, header, status) => {
    for (const url of [system.fleet.intake.url, system.fleet.edge.url]) {
      const head = `POST /v1/jobs HTTP/1.1\r\nhost: x\r\n${header}\r\n`;

      const answer = await raw(url, head);

      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    }
  });

  it('that announces a body over the limit is refused before the body is sent', async () => {
    for (const url of [system.fleet.intake.url, system.fleet.edge.url]) {
      const answer = await raw(
        url,
        [
          `POST ${url === system.fleet.edge.url ? '/v1/chat/completions' : '/v1/jobs'} HTTP/1.1`,
          'host: x',
          `authorization: Bearer ${system.apiKey}`,
          'content-type: application/json',
          'content-length: 99000000',
          'connection: close',
          '\r\n',
        ].join('\r\n'),
      );

      expect(answer).toMatch(/^HTTP\/1.1 413 /);
      expect(answer).toContain('body_too_large');
    }
  });

  it.each([
    '//v1/jobs',
    '/v1/./jobs',
    '/v1/jobs/../admin',
    '/v1/jobs%2f..%2fadmin',
    '/V1/Jobs',
    '/v1/jobs;x=1',
    '/v1/jobs/',
  ])('never slips past the key by its path: %s (H10)', async (path) => {
    const answer = await raw(
      system.fleet.intake.url,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1.1 (400|401|404) /);
  });
});

describe('cursors', () => {
  it.each(['-1', 'abc', '1e3x', '99999999999999999999', `${'9'.repeat(10_240)}`, '1\t2'])(
    'that are no number are refused: %.20s (E03)',
    async (cursor) => {
      const { edge } = system.fleet;
      const response = await fetch(`${edge.url}/v1/jobs/j1/events`, {
        headers: { authorization: `Bearer ${system.apiKey}`, 'last-event-id': cursor },
      });

      expect(response.status).toBe(422);
      expect(problemSchema.parse(await response.json()).code).toBe('invalid_request');
    },
  );
});

describe('odd but right requests', () => {
  it.each([
    'application/json',
    'application/json;charset=utf-8',
    'application/json; charset="UTF-8"',
    'Application/JSON ; charset=UTF-8',
  ])('are served: content type %s (P17)', async (type) => {
    const answer = await post(`${system.fleet.intake.url}/v1/jobs`, {
      body: GOOD,
      headers: { 'content-type': type },
      status: 202,
      code: '',
    });

    expect(answer.status).toBe(202);
  });

  it('a proper job completes after all of this', async () => {
    const { intake, edge } = system.fleet;
    const http = new IntakeHttp(intake.url, system.apiKey);

    const view = await http.end(
      await http.accept(jobOf(oraclePrompt({ deltas: 3, tag: 'after' }))),
    );

    expect(view.status).toBe('completed');
    expect((await fetch(`${intake.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(200);
  });
});

async function post(url: string, { body, headers }: BadRequest) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.apiKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: Buffer.from(body),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

function expectNoLeak(text: string): void {
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(system.apiKey);
  expect(text).not.toMatch(/\bat .+:\d+:\d+|node_modules|\/work\//);
}

/** Sends bytes as they are and answers with all that comes back until the server closes. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('the server did not close')));
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Closing while we still send shows as a reset; what was answered counts.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(answer));
    socket.write(text, 'latin1');
  });
}
