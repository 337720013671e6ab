import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { serveParent } from './serve-parent.ts';

/**
 * The upstream of the bench: an OpenAI-compatible server with fixed timing and as little work an answer as possible, so
 * that what is measured is the gateway before it. Deltas are written from prepared text. Not a sandbox: it has no faults
 * and knows no model. By hand: `node test/load/upstream.ts --port 9100 [--ttft 20] [--chunks 50] [--gap 4] [--size 4]`.
 */
const number = z.coerce.number().int().nonnegative();
const settingsSchema = z.object({
  port: number,
  ttft: number,
  chunks: number,
  gap: number,
  size: number,
});
type Settings = z.infer<typeof settingsSchema>;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    ttft: { type: 'string', default: '20' },
    chunks: { type: 'string', default: '50' },
    gap: { type: 'string', default: '4' },
    size: { type: 'string', default: '4' },
  },
});
const settings = settingsSchema.parse(values);

const requestSchema = z.object({
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().optional() }).optional(),
});

const prepared = prepareAnswer(settings);

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  void serve(request, response);
});
server.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${String(port)}/v1`;
  if (process.connected) serveParent({ url }, () => Promise.resolve({}));
  else console.log(`upstream: ${url}`);
});

interface PreparedAnswer {
  readonly document: string;
  readonly deltas: readonly string[];
  readonly end: string;
  readonly usage: string;
}

function prepareAnswer({ chunks, size }: Settings): PreparedAnswer {
  const texts = Array.from({ length: chunks }, (_, index) =>
    Array.from({ length: size }, (_unused, word) => `w${String(index)}_${String(word)} `).join(''),
  );
  const base = { id: 'chatcmpl-bench', created: 1_700_000_000, model: 'bench' };
  const tokens = chunks * size;
  const usage = { prompt_tokens: 20, completion_tokens: tokens, total_tokens: 20 + tokens };
  const event = (rest: object) =>
    `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...rest })}\n\n`;
  const choice = (delta: object, reason: string | null = null) =>
    event({ choices: [{ index: 0, delta, finish_reason: reason }] });
  const [first = '', ...others] = texts.map((content) => choice({ content }));
  const message = { role: 'assistant', content: texts.join('') };
  return {
    document: JSON.stringify({
      ...base,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    }),
    deltas: [choice({ role: 'assistant', content: '' }) + first, ...others],
    end: choice({}, 'stop'),
    usage: event({ choices: [], usage }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { stream, stream_options: wanted } = requestSchema.parse(JSON.parse(await read(request)));
  if (settings.ttft > 0) await waitMs(settings.ttft);
  if (!stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(prepared.document);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const delta of prepared.deltas) {
    if (response.destroyed) return;
    response.write(delta);
    if (settings.gap > 0) await waitMs(settings.gap);
  }
  const usage = wanted?.include_usage === true ? prepared.usage : '';
  response.end(`${prepared.end}${usage}data: [DONE]\n\n`);
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  return text;
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
