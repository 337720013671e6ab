import { execFile } from 'node:child_process';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProviderKind } from '../../shared/contracts/config/config.ts';

const HUGE_BYTES = 50_000_000;
const PIECE_BYTES = 65_536;

/** What the child may keep: in its heap, or it dies, and beside it, where network buffers are. */
const HEAP_MB = 64;
const MAX_EXTERNAL_BYTES = 32_000_000;

/** A document may have eight million characters, of three bytes each here; what lies in the sockets comes on top. */
const MAX_SENT_BYTES = 40_000_000;

const run = promisify(execFile);
const script = fileURLToPath(new URL('read-huge-answer.ts', import.meta.url));

const reportSchema = z.object({
  outcome: z.object({
    kind: z.string(),
    failure: z.object({ class: z.string(), retryable: z.boolean() }).optional(),
  }),
  peakExternalBytes: z.number(),
  shown: z.number(),
});

const CHAT = 'data: {"choices":[{"delta":{"content":"';
const MESSAGE = '{"choices":[{"finish_reason":"stop","message":{"content":"';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface HugeAnswer {
  readonly kind?: ProviderKind;
  readonly mode?: 'stream' | 'whole';
  readonly status?: number;
  readonly head: string;
  readonly filler: string;
}

const ANSWERS: readonly (readonly [string, HugeAnswer])[] = [
  ['an event of one line', { head: CHAT, filler: 'x' }],
  ['an event of one line beyond ASCII', { head: CHAT, filler: '€' }],
  ['an event of one escaped text', { head: CHAT, filler: '\\u0041' }],
  ['an event of many lines', { head: 'data: \n', filler: 'data: x\n' }],
  ['an event with a name alone', { head: 'event: ', filler: 'x' }],
  ['an event of another kind', { kind: 'anthropic', head: 'data: {"type":"', filler: 'x' }],
  ['a line of NDJSON', { kind: 'ollama', head: '{"message":{"content":"', filler: 'x' }],
  [
    'a list of one element',
    { kind: 'gemini', head: '[{"candidates":[{"content":{"parts":[{"text":"', filler: 'x' },
  ],
  ['a document', { mode: 'whole', head: MESSAGE, filler: 'x' }],
  ['a document beyond ASCII', { mode: 'whole', head: MESSAGE, filler: '€' }],
  ['a document of an escaped text', { mode: 'whole', head: MESSAGE, filler: '\\n' }],
  ['a document of brackets', { mode: 'whole', head: '[', filler: '[' }],
  ['an error', { status: 500, head: '{"error":{"message":"', filler: 'x' }],
];

it.each(ANSWERS)('refuses %s of 50 MB in a small heap', async (_what, answer) => {
  const { kind = 'openai', mode = 'stream', status = 200, head, filler } = answer;
  let sentBytes = 0;
  const origin = await serve((response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream' });
    sendHuge(response, { head, filler, onSent: (bytes) => (sentBytes += bytes) });
  });

  const flags = [`--max-old-space-size=${String(HEAP_MB)}`, '--max-semi-space-size=2'];
  const { stdout } = await run(process.execPath, [...flags, script, kind, origin, mode]);

  const { outcome, peakExternalBytes, shown } = reportSchema.parse(JSON.parse(stdout));
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: { class: 'server', retryable: true },
  });
  expect(shown).toBe(0);
  expect(peakExternalBytes).toBeLessThan(MAX_EXTERNAL_BYTES);
  expect(sentBytes).toBeLessThan(MAX_SENT_BYTES);
});

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const started = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  });
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, '127.0.0.1', resolve);
  });
  const address = started.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${String(address.port)}`;
}

interface HugeBody {
  readonly head: string;
  readonly filler: string;
  readonly onSent: (bytes: number) => void;
}

/** Sends as fast as the client reads, and ends after 50 MB: a client that swallows it all is found out. */
function sendHuge(response: ServerResponse, { head, filler, onSent }: HugeBody): void {
  const piece = Buffer.from(filler.repeat(Math.ceil(PIECE_BYTES / Buffer.byteLength(filler))));
  let left = HUGE_BYTES;
  response.write(head);
  const sendOn = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      onSent(piece.length);
      if (!response.write(piece)) {
        response.once('drain', sendOn);
        return;
      }
    }
    response.end();
  };
  sendOn();
}
