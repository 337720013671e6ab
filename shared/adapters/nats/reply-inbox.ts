import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

/** How often forgotten requests are looked for: their deadline is exact to this. */
const SWEEP_MS = 250;

interface Waiting {
  readonly resolve: (reply: Msg | undefined) => void;
  readonly deadline: number;
}

/**
 * Requests whose answers come to one subscription, matched by a number in the subject. It costs a fifth of the
 * library's JetStream publish (infra.md 2.3), because nothing is made per request but a map entry.
 */
export class ReplyInbox {
  readonly #connection: NatsConnection;
  readonly #prefix = `${createInbox()}.`;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sweep: NodeJS.Timeout;
  #next = 0;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    connection.subscribe(`${this.#prefix}*`, {
      callback: (_error, reply) => {
        this.#settle(reply.subject.slice(this.#prefix.length), reply);
      },
    });
    this.#sweep = setInterval(() => {
      this.#expire(performance.now());
    }, SWEEP_MS);
    this.#sweep.unref();
  }

  /** Resolves with the answer, or undefined when none came within `timeoutMs`. */
  request(
    subject: string,
    payload: string | Uint8Array,
    options: { readonly timeoutMs: number; readonly headers?: MsgHdrs },
  ): Promise<Msg | undefined> {
    const token = String(this.#next++);
    return new Promise((resolve) => {
      this.#waiting.set(token, { resolve, deadline: performance.now() + options.timeoutMs });
      const reply = this.#prefix + token;
      this.#connection.publish(
        subject,
        payload,
        options.headers === undefined ? { reply } : { reply, headers: options.headers },
      );
    });
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#expire(Number.POSITIVE_INFINITY);
  }

  #settle(token: string, reply: Msg | undefined): void {
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return;
    this.#waiting.delete(token);
    waiting.resolve(reply);
  }

  #expire(now: number): void {
    for (const [token, waiting] of this.#waiting) {
      if (waiting.deadline <= now) this.#settle(token, undefined);
    }
  }
}
