import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type JobResult, jobResultSchema } from '../../shared/contracts/events/job-result.ts';
import { jobRefOfSubject, natsSubjects } from '../../shared/contracts/nats-subjects.ts';

/**
 * A plain NATS subscriber, as anybody's pipeline could be one: it hears of every finished job of the tenant and counts
 * the messages of each.
 */
export class ResultCounter {
  readonly #connection: NatsConnection;
  readonly #results = new Map<string, JobResult>();
  readonly #messages = new Map<string, number>();

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Resolves when the server knows of the subscription: nothing that is published later is missed. */
  static async start(natsUrl: string, tenantId: string): Promise<ResultCounter> {
    const connection = await connect({ servers: natsUrl, name: 'switchyard-demo' });
    const counter = new ResultCounter(connection);
    connection.subscribe(natsSubjects.result({ tenantId, jobId: '*' }), {
      callback: (error, message) => {
        if (error !== null) return;
        const { jobId } = jobRefOfSubject(message.subject);
        counter.#messages.set(jobId, (counter.#messages.get(jobId) ?? 0) + 1);
        counter.#results.set(jobId, jobResultSchema.parse(message.json()));
      },
    });
    await connection.flush();
    return counter;
  }

  result(jobId: string): JobResult | undefined {
    return this.#results.get(jobId);
  }

  /** Messages about a job so far; 1 is right for a finished one. */
  messagesOf(jobId: string): number {
    return this.#messages.get(jobId) ?? 0;
  }

  /** Jobs heard of so far. */
  get count(): number {
    return this.#results.size;
  }

  async stop(): Promise<void> {
    await this.#connection.close();
  }
}
