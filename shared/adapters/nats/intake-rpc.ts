import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { problem } from '../../contracts/http/problem.ts';
import { natsSubjects } from '../../contracts/nats-subjects.ts';
import {
  type CancelReply,
  cancelReplySchema,
  SUBMIT_HEADERS,
  type SubmitReply,
  submitReplySchema,
} from '../../contracts/rpc/intake-rpc.ts';
import { type JobRef, SAFE_ID } from '../../core/ids.ts';
import type { IntakeClient, Submission } from '../../ports/intake-client.ts';
import type { Logger } from '../../ports/logger.ts';
import { ReplyInbox } from './reply-inbox.ts';

const SUBMIT_TIMEOUT_MS = 8_000;
const CANCEL_TIMEOUT_MS = 8_000;

/** Room for headers in a message of the server's largest size. */
const HEADER_ROOM_BYTES = 16_384;

/** Instances of intake share the requests. */
const QUEUE_GROUP = 'intake';

/** Requests that one intake works on at once; more are answered `unavailable` at once. */
const MAX_PENDING = 1_000;

const refSchema = z.object({
  tenantId: z.string().regex(SAFE_ID),
  jobId: z.string().regex(SAFE_ID),
});

const optionsSchema = z.record(z.string(), z.string());

export class NatsIntakeClient implements IntakeClient {
  readonly #connection: NatsConnection;
  readonly #inbox: ReplyInbox;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#inbox = new ReplyInbox(connection);
  }

  get maxBodyBytes(): number {
    return (this.#connection.info?.max_payload ?? 1_048_576) - HEADER_ROOM_BYTES;
  }

  async submit(submission: Submission): Promise<SubmitReply> {
    const { principal, idempotencyKey } = submission;
    const sent = headers();
    sent.set(SUBMIT_HEADERS.tenant, principal.tenantId);
    sent.set(SUBMIT_HEADERS.key, principal.keyId);
    sent.set(SUBMIT_HEADERS.job, submission.jobId);
    sent.set(SUBMIT_HEADERS.door, submission.door);
    if (idempotencyKey !== undefined) sent.set(SUBMIT_HEADERS.idempotencyKey, idempotencyKey);
    const options = JSON.stringify(submission.options);
    if (options !== '{}') sent.set(SUBMIT_HEADERS.options, options);
    const reply = await this.#inbox.request(natsSubjects.submit, submission.body, {
      timeoutMs: SUBMIT_TIMEOUT_MS,
      headers: sent,
    });
    if (reply !== undefined && reply.data.length > 0) return submitReplySchema.parse(reply.json());
    return { ok: false, problem: noAnswer(submission.jobId) };
  }

  async cancel(ref: JobRef): Promise<CancelReply> {
    const reply = await this.#inbox.request(natsSubjects.cancelJob, JSON.stringify(ref), {
      timeoutMs: CANCEL_TIMEOUT_MS,
    });
    if (reply !== undefined && reply.data.length > 0) return cancelReplySchema.parse(reply.json());
    return { ok: false, problem: noAnswer(ref.jobId) };
  }

  close(): void {
    this.#inbox.close();
  }
}

export interface IntakeHandlers {
  submit(submission: Submission): Promise<SubmitReply>;
  cancel(ref: JobRef): Promise<CancelReply>;
}

/** Answers edges. Only our own services can reach these subjects, so their word on the tenant is taken. */
export function serveIntake(
  connection: NatsConnection,
  handlers: IntakeHandlers,
  log: Logger,
): void {
  let pending = 0;
  const serve = (subject: string, answer: (message: Msg) => Promise<SubmitReply | CancelReply>) => {
    connection.subscribe(subject, {
      queue: QUEUE_GROUP,
      callback: (_error, message) => {
        if (pending >= MAX_PENDING) {
          respond(message, { ok: false, problem: problem('unavailable', 'intake is busy') });
          return;
        }
        pending += 1;
        void answer(message)
          .catch((error: unknown): CancelReply => {
            log.error({ subject, error: String(error) }, 'a request from the edge failed');
            return { ok: false, problem: problem('unavailable') };
          })
          .then((reply) => {
            pending -= 1;
            respond(message, reply);
          });
      },
    });
  };
  serve(natsSubjects.submit, async (message) => handlers.submit(readSubmission(message)));
  serve(natsSubjects.cancelJob, async (message) =>
    handlers.cancel(refSchema.parse(message.json())),
  );
}

function respond(message: Msg, reply: SubmitReply | CancelReply): void {
  message.respond(JSON.stringify(reply));
}

function readSubmission(message: Msg): Submission {
  const get = (name: string): string => message.headers?.get(name) ?? '';
  const { tenantId, jobId } = refSchema.parse({
    tenantId: get(SUBMIT_HEADERS.tenant),
    jobId: get(SUBMIT_HEADERS.job),
  });
  const key = get(SUBMIT_HEADERS.idempotencyKey);
  const options = get(SUBMIT_HEADERS.options);
  return {
    principal: { tenantId, keyId: get(SUBMIT_HEADERS.key) },
    door: get(SUBMIT_HEADERS.door) === 'openai' ? 'openai' : 'job',
    body: message.data,
    jobId,
    ...(key === '' ? {} : { idempotencyKey: key }),
    options: options === '' ? {} : optionsSchema.parse(JSON.parse(options)),
  };
}

function noAnswer(jobId: string) {
  return problem('unavailable', 'intake did not answer; the job may have been accepted', { jobId });
}
