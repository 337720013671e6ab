import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { JobResult } from '../../contracts/events/job-result.ts';
import { natsSubjects } from '../../contracts/nats-subjects.ts';
import type { JobRef } from '../../core/ids.ts';
import type { ResultPublisher } from '../../ports/result-publisher.ts';
import { readPubAck } from './pub-ack.ts';
import { ReplyInbox } from './reply-inbox.ts';

const ANSWER_TIMEOUT_MS = 2_000;

/** Room for headers and protocol in a message of the server's largest size. */
const PAYLOAD_MARGIN_BYTES = 4_096;

export class NatsResultPublisher implements ResultPublisher {
  readonly #connection: NatsConnection;
  readonly #inbox: ReplyInbox;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#inbox = new ReplyInbox(connection);
  }

  async publish(ref: JobRef, result: JobResult): Promise<boolean> {
    const dedupe = headers();
    dedupe.set('Nats-Msg-Id', ref.jobId);
    const reply = await this.#inbox.request(natsSubjects.result(ref), this.#encode(result), {
      timeoutMs: ANSWER_TIMEOUT_MS,
      headers: dedupe,
    });
    return readPubAck(reply).kind === 'stored';
  }

  close(): void {
    this.#inbox.close();
  }

  /** An answer larger than the server takes is left out and said to be: the job view has it whole. */
  #encode(result: JobResult): string {
    const limit = (this.#connection.info?.max_payload ?? 1_048_576) - PAYLOAD_MARGIN_BYTES;
    const json = JSON.stringify(result);
    if (Buffer.byteLength(json) <= limit) return json;
    const { result: _answer, ...rest } = result;
    return JSON.stringify({ ...rest, truncated: true });
  }
}
