import type { FastifyInstance, FastifyReply } from 'fastify';
import { problem } from '../../../shared/contracts/http/problem.ts';
import type { SubmitReply } from '../../../shared/contracts/rpc/intake-rpc.ts';
import type { JobRef } from '../../../shared/core/ids.ts';
import { principalOf } from '../../../shared/platform/http/principal.ts';
import { ChatAnswer, type ChatAnswerOptions } from '../chat-answer.ts';
import { ChatStream, type ChatStreamOptions } from '../chat-stream.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { EarlyEntries } from '../early-entries.ts';
import { JobReader } from '../job-reader.ts';
import type { OpenStreams } from '../open-streams.ts';
import type { AnswerFrame } from '../openai-answer.ts';
import { sendOpenaiError } from '../openai-error.ts';
import { readOptions } from '../switchyard-headers.ts';
import { whenClosed } from '../when-closed.ts';

/** `POST /v1/chat/completions`: a stock OpenAI SDK with another base URL, and a durable job behind it. */
export function registerChatCompletions(
  server: FastifyInstance,
  dependencies: EdgeDependencies,
  streams: OpenStreams,
): void {
  server.post('/v1/chat/completions', async (request, reply) => {
    const { intake, newJobId } = dependencies;
    const { body } = request;
    if (!(body instanceof Uint8Array)) {
      return sendOpenaiError(reply, problem('invalid_json', 'the body is empty'));
    }
    if (body.length > intake.maxBodyBytes) {
      return sendOpenaiError(reply, problem('body_too_large'));
    }
    const principal = principalOf(request);
    const ref = { tenantId: principal.tenantId, jobId: newJobId() };
    // Listens before the job exists: no entry is missed, and nothing is read from the log.
    const early = new EarlyEntries();
    const reader = openReader(dependencies, ref, early);
    const key = request.headers['idempotency-key'];
    const options = readOptions(request.headers);
    const submitted = await intake.submit({
      principal,
      door: 'openai',
      body,
      jobId: ref.jobId,
      ...(key === undefined ? {} : { idempotencyKey: String(key) }),
      options,
    });
    if (!submitted.ok) {
      reader.close();
      return sendOpenaiError(reply, submitted.problem);
    }
    answer(dependencies, streams, { reply, submitted, ref, early, reader, options });
    return reply;
  });
}

interface Exchange {
  readonly reply: FastifyReply;
  readonly submitted: Extract<SubmitReply, { ok: true }>;
  /** The job that was listened to; a replayed submission names another. */
  readonly ref: JobRef;
  readonly early: EarlyEntries;
  readonly reader: JobReader;
  readonly options: Readonly<Record<string, string>>;
}

function answer(dependencies: EdgeDependencies, streams: OpenStreams, exchange: Exchange): void {
  const { intake, now } = dependencies;
  const { reply, submitted } = exchange;
  const { jobId, stream, includeUsage } = submitted;
  const { ref, early, reader } = followed(dependencies, exchange);
  const frame: AnswerFrame = {
    id: `chatcmpl-${jobId}`,
    createdSeconds: Math.floor(now() / 1_000),
    model: 'auto',
  };
  const leave = stream
    ? startStream(streams, { reply, jobId, frame, includeUsage }, { early, reader })
    : startAnswer(streams, { reply, jobId, frame }, early);
  reader.resume();
  whenClosed(reply, () => {
    leave();
    reader.close();
    // A disconnect is not a cancel, unless the client said so.
    const isCut = !reply.raw.writableFinished;
    if (isCut && exchange.options['on-disconnect'] === 'cancel') void intake.cancel(ref);
  });
}

type Following = Pick<Exchange, 'early' | 'reader'>;

/** Both answer how to leave when the client has gone. */
function startStream(
  streams: OpenStreams,
  options: Omit<ChatStreamOptions, 'onRoom'>,
  { early, reader }: Following,
): () => void {
  const chat = new ChatStream({ ...options, onRoom: () => reader.resume() });
  const forget = streams.add(() => chat.drain());
  early.passTo(chat);
  return () => {
    forget();
    chat.abandon();
  };
}

function startAnswer(
  streams: OpenStreams,
  options: ChatAnswerOptions,
  early: EarlyEntries,
): () => void {
  const chat = new ChatAnswer(options);
  const forget = streams.add(() => chat.drain());
  early.passTo(chat);
  return forget;
}

/** The reader of the job that the submission is about: ours, or the earlier one that its idempotency key names. */
function followed(dependencies: EdgeDependencies, exchange: Exchange) {
  const { ref, submitted, early, reader } = exchange;
  if (submitted.jobId === ref.jobId) return { ref, early, reader };
  reader.close();
  const earlier = { tenantId: ref.tenantId, jobId: submitted.jobId };
  const fresh = new EarlyEntries();
  const replayed = openReader(dependencies, earlier, fresh);
  replayed.replay();
  return { ref: earlier, early: fresh, reader: replayed };
}

function openReader({ log, tail }: EdgeDependencies, ref: JobRef, sink: EarlyEntries): JobReader {
  return new JobReader({ log, tail, ref, afterSeq: 0, sink });
}
