import type { NatsConnection } from '@nats-io/transport-node';
import { jobRefOfSubject, natsSubjects } from '../../contracts/nats-subjects.ts';
import type { JobRef } from '../../core/ids.ts';
import type { CancelHandler, OwnerSignal } from '../../ports/owner-signal.ts';
import { ReplyInbox } from './reply-inbox.ts';

export class NatsOwnerSignal implements OwnerSignal {
  readonly #inbox: ReplyInbox;

  constructor(connection: NatsConnection) {
    this.#inbox = new ReplyInbox(connection);
  }

  async requestCancel(ref: JobRef, timeoutMs: number): Promise<boolean> {
    const reply = await this.#inbox.request(natsSubjects.cancel(ref), '', { timeoutMs });
    return reply !== undefined && reply.data.length > 0;
  }

  close(): void {
    this.#inbox.close();
  }
}

/** Hears cancels for all jobs and answers those that `handler` takes, once the job is ended. */
export function serveCancels(connection: NatsConnection, handler: CancelHandler): void {
  connection.subscribe(natsSubjects.allCancels, {
    callback: (_error, message) => {
      void handler(jobRefOfSubject(message.subject))?.then(() => message.respond('done'));
    },
  });
}
