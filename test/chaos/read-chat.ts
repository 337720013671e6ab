import { EventSourceParserStream } from 'eventsource-parser/stream';
import { z } from 'zod';
import type { ChaosClient, JobOrder } from './chaos-client.ts';
import { wordOfBreak } from './read-events.ts';
import type { ClientLineOf } from './recording.ts';

const REQUEST_TIMEOUT_MS = 60_000;

const chunkSchema = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })).optional(),
  error: z.unknown().optional(),
});

const answerSchema = z.object({
  id: z.string(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })),
});

/** Asks the OpenAI endpoint once and writes down what came. False: nobody answered, so it may be asked again. */
export async function chatOnce(client: ChaosClient, order: JobOrder): Promise<boolean> {
  client.noteSubmit(order);
  const response = await ask(client, order).catch((error: unknown) => {
    wordOfBreak(error);
    return undefined;
  });
  if (response === undefined) {
    client.noteRefused(order.tag, undefined);
    return false;
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    client.noteRefused(order.tag, response.status);
    return response.status < 500;
  }
  if (order.way === 'chat') await takeChunks(client, order, response);
  else await takeAnswer(client, order, response);
  return true;
}

function ask(client: ChaosClient, { way, key, body }: JobOrder): Promise<Response> {
  const { edgeUrl, apiKey, deadlineMs } = client.surroundings;
  const { delivery: _delivery, ...chat } = z.looseObject({ delivery: z.unknown() }).parse(body);
  return fetch(`${edgeUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'x-switchyard-deadline-ms': String(deadlineMs),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ ...chat, stream: way === 'chat' }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
}

async function takeChunks(
  client: ChaosClient,
  { tag }: JobOrder,
  response: Response,
): Promise<void> {
  const jobId = response.headers.get('x-switchyard-job-id');
  if (jobId === null || response.body === null) throw new Error('a stream without a job id');
  client.noteAck(tag, jobId);
  let left = client.patience();
  let text = '';
  let end: ClientLineOf<'chat'>['end'] = 'cut';
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  const take = async (): Promise<string> => {
    for await (const { data } of events) {
      if (data === '[DONE]') {
        end = 'done';
        return 'done';
      }
      const chunk = chunkSchema.parse(JSON.parse(data));
      if (chunk.error !== undefined) end = 'error';
      text += chunk.choices?.[0]?.delta.content ?? '';
      left -= 1;
      if (left <= 0) return 'left';
    }
    return 'ended';
  };
  await take().catch(wordOfBreak);
  client.note({ kind: 'chat', at: Date.now(), jobId, text, end });
}

async function takeAnswer(
  client: ChaosClient,
  { tag }: JobOrder,
  response: Response,
): Promise<void> {
  const body: unknown = await response.json().catch((error: unknown) => {
    // A body that was cut off is no JSON.
    if (!(error instanceof SyntaxError)) wordOfBreak(error);
    return undefined;
  });
  if (body === undefined) {
    client.noteRefused(tag, undefined);
    return;
  }
  const answer = answerSchema.parse(body);
  const jobId = answer.id.replace('chatcmpl-', '');
  const text = answer.choices[0]?.message.content ?? '';
  client.noteAck(tag, jobId);
  client.note({ kind: 'chat', at: Date.now(), jobId, text, end: 'done' });
}
