import { type Agent, request as httpRequest } from 'node:http';
import { z } from 'zod';

/** Longer than any answer of the bench takes; an answer that takes longer is a failure. */
const ANSWER_TIMEOUT_MS = 30_000;

const PROMPT_WORDS = 60;

export const loadOrderSchema = z.object({
  /** Base URL, up to `/v1`. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  stream: z.boolean(),
  /** Requests under way at any time. */
  clients: z.number().int().positive(),
  /** New requests are sent for so long; those under way are waited for. */
  durationMs: z.number().positive(),
  /** What every answer must be. Absent: the first one sets it. */
  expectedText: z.string().optional(),
});

export const loadResultSchema = z.object({
  /** Good answers. */
  answers: z.number(),
  /** Answers with another status, without text, or with a text other than the expected one. */
  failures: z.number(),
  firstFailure: z.string().optional(),
  /** From the first request to the end of the last answer. */
  elapsedMs: z.number(),
  /** Of the good answers, each: from sending to the end. */
  wholeMs: z.array(z.number()),
  /** Of the good answers, each: from sending to the first text; of whole answers the same as `wholeMs`. */
  firstTokenMs: z.array(z.number()),
  text: z.string().optional(),
});

export type LoadOrder = z.infer<typeof loadOrderSchema>;
export type LoadResult = z.infer<typeof loadResultSchema>;

/** A closed loop: each client sends its next request when it has the answer to the one before. */
export async function runLoad(order: LoadOrder, agent: Agent): Promise<LoadResult> {
  const startedAt = performance.now();
  const endAt = startedAt + order.durationMs;
  const wholeMs: number[] = [];
  const firstTokenMs: number[] = [];
  let failures = 0;
  let firstFailure: string | undefined;
  let text = order.expectedText;
  const client = async (clientNumber: number) => {
    for (let sent = 0; performance.now() < endAt; sent += 1) {
      const answer = await askOnce(order, agent, `${String(clientNumber)}-${String(sent)}`);
      if (answer.kind === 'good') text ??= answer.text;
      if (answer.kind === 'good' && answer.text === text) {
        wholeMs.push(answer.wholeMs);
        firstTokenMs.push(answer.firstTokenMs);
      } else {
        failures += 1;
        firstFailure ??= answer.kind === 'bad' ? answer.reason : 'a text that differs';
      }
    }
  };
  await Promise.all(Array.from({ length: order.clients }, (_, index) => client(index)));
  return {
    answers: wholeMs.length,
    failures,
    ...(firstFailure === undefined ? {} : { firstFailure }),
    elapsedMs: performance.now() - startedAt,
    wholeMs,
    firstTokenMs,
    ...(text === undefined ? {} : { text }),
  };
}

type Answer =
  | { kind: 'good'; text: string; wholeMs: number; firstTokenMs: number }
  | { kind: 'bad'; reason: string };

function askOnce(order: LoadOrder, agent: Agent, label: string): Promise<Answer> {
  const body = Buffer.from(requestBody(order.stream, label));
  return new Promise((resolve) => {
    const sentAt = performance.now();
    const reader = new AnswerText(order.stream);
    let firstTokenAt: number | undefined;
    const fail = (error: Error) => resolve({ kind: 'bad', reason: error.message });
    const request = httpRequest(`${order.url}/chat/completions`, {
      method: 'POST',
      agent,
      headers: {
        ...order.headers,
        'content-type': 'application/json',
        'content-length': body.length,
      },
      timeout: ANSWER_TIMEOUT_MS,
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', fail);
    request.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (piece: string) => {
        reader.push(piece);
        if (reader.hasText) firstTokenAt ??= performance.now();
      });
      response.on('end', () => {
        const wholeMs = performance.now() - sentAt;
        const text = response.statusCode === 200 ? reader.end() : undefined;
        if (text === undefined || text === '') {
          const start = reader.raw.slice(0, 200).trim();
          resolve({ kind: 'bad', reason: `${String(response.statusCode)} without text: ${start}` });
          return;
        }
        const firstTokenMs = firstTokenAt === undefined ? wholeMs : firstTokenAt - sentAt;
        resolve({ kind: 'good', text, wholeMs, firstTokenMs });
      });
    });
    request.end(body);
  });
}

const PROMPT = Array.from({ length: PROMPT_WORDS }, (_, index) => `word${String(index)}`).join(' ');

/** Each prompt is another one, so that nothing on the way can answer from a cache. */
function requestBody(stream: boolean, label: string): string {
  return JSON.stringify({
    model: 'bench',
    stream,
    max_tokens: 512,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: `${PROMPT} ${label}` },
    ],
  });
}

const chunkSchema = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })),
});
const documentSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/** The text of an answer, as an SDK reads it: each event of a stream, or one document. */
class AnswerText {
  raw = '';
  readonly #isStream: boolean;
  #text = '';
  #isDone = false;

  constructor(isStream: boolean) {
    this.#isStream = isStream;
  }

  get hasText(): boolean {
    return this.#text !== '';
  }

  push(piece: string): void {
    this.raw += piece;
    if (!this.#isStream) return;
    for (let end = this.raw.indexOf('\n'); end >= 0; end = this.raw.indexOf('\n')) {
      this.#takeLine(this.raw.slice(0, end).trim());
      this.raw = this.raw.slice(end + 1);
    }
  }

  /** Undefined: the answer broke off, or is not what was asked for. */
  end(): string | undefined {
    if (this.#isStream) return this.#isDone ? this.#text : undefined;
    const parsed = documentSchema.safeParse(parseJson(this.raw));
    return parsed.success ? parsed.data.choices[0]?.message.content : undefined;
  }

  #takeLine(line: string): void {
    if (!line.startsWith('data:')) return;
    const payload = line.slice(5).trim();
    if (payload === '[DONE]') {
      this.#isDone = true;
      return;
    }
    const parsed = chunkSchema.safeParse(parseJson(payload));
    this.#text += (parsed.success ? parsed.data.choices[0]?.delta.content : undefined) ?? '';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error: unknown) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
