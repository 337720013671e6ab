import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInteger } from '../../infra/sandbox/random.ts';
import { jobOf } from '../support/intake-http.ts';
import { oraclePrompt } from '../support/oracle.ts';
import type { ClientLine, ClientLineOf, Way } from './recording.ts';

/** What every client of a run shares. */
export interface ClientSurroundings {
  readonly intakeUrl: string;
  readonly edgeUrl: string;
  readonly apiKey: string;
  readonly deadlineMs: number;
  /** True when the run waits no longer: whatever is unfinished stays so. */
  readonly isOver: () => boolean;
}

const RETRY_MS = { low: 100, high: 600 };

export interface JobOrder {
  readonly tag: string;
  readonly way: Way;
  /** Undefined: without idempotency key. */
  readonly key: string | undefined;
  readonly tokens: number;
  readonly isProbe: boolean;
  readonly body: object;
}

/** One client: it names its jobs, writes down all it does and sees, and has its own seeded mind. */
export class ChaosClient {
  readonly surroundings: ClientSurroundings;
  readonly random: Random;
  readonly isProbe: boolean;
  readonly #name: string;
  readonly #record: (line: ClientLine) => void;
  #jobs = 0;
  #connections = 0;

  constructor(options: {
    readonly name: string;
    readonly surroundings: ClientSurroundings;
    readonly random: Random;
    readonly record: (line: ClientLine) => void;
    /** Its jobs are submitted in good weather and have to complete. */
    readonly isProbe: boolean;
  }) {
    this.surroundings = options.surroundings;
    this.random = options.random;
    this.isProbe = options.isProbe;
    this.#name = options.name;
    this.#record = options.record;
  }

  note(line: ClientLine): void {
    this.#record(line);
  }

  noteSubmit({ tag, way, key, tokens }: Omit<JobOrder, 'body'>): void {
    const { deadlineMs } = this.surroundings;
    const line: ClientLineOf<'submit'> = {
      kind: 'submit',
      at: Date.now(),
      tag,
      way,
      ...(key === undefined ? {} : { key }),
      tokens,
      deadlineMs,
      isProbe: this.isProbe,
    };
    this.#record(line);
  }

  noteAck(tag: string, jobId: string): void {
    this.#record({ kind: 'ack', at: Date.now(), tag, jobId });
  }

  noteRefused(tag: string, status: number | undefined): void {
    const line = { kind: 'refused', at: Date.now(), tag } as const;
    this.#record(status === undefined ? line : { ...line, status });
  }

  noteOpen(jobId: string, after: number): number {
    this.#connections += 1;
    const connection = this.#connections;
    this.#record({ kind: 'open', at: Date.now(), jobId, connection, after });
    return connection;
  }

  noteDisconnect(jobId: string, connection: number, why: string): void {
    this.#record({ kind: 'disconnect', at: Date.now(), jobId, connection, why });
  }

  /** A job of this client's own making. `tokens` long, slower or faster as the mood is. */
  order(
    way: Way,
    { tokens = this.between(5, 40), gapMs = this.between(1, 60), hasKey = true } = {},
  ): JobOrder {
    this.#jobs += 1;
    const tag = `${this.#name}-${String(this.#jobs)}`;
    const more = this.isProbe ? '' : this.#faultOfItsOwn(tokens);
    const prompt = oraclePrompt({ deltas: tokens, gapMs, ttftMs: this.between(1, 80), tag, more });
    const { deadlineMs } = this.surroundings;
    const body = jobOf(prompt, { delivery: { deadlineMs } });
    const key = hasKey ? tag : undefined;
    return { tag, way, key, tokens, isProbe: this.isProbe, body };
  }

  between(low: number, high: number): number {
    return randomInteger(this.random, low, high);
  }

  /** How many entries the client takes before its connection is lost; infinite most of the time. */
  patience(): number {
    const isCut = !this.isProbe && this.random() < 0.5;
    return isCut ? this.between(1, 15) : Number.POSITIVE_INFINITY;
  }

  /** Before it tries again. */
  async rest(): Promise<void> {
    await sleep(this.between(RETRY_MS.low, RETRY_MS.high));
  }

  /** One job in ten meets a provider that breaks once, whatever the run's faults are. */
  #faultOfItsOwn(tokens: number): string {
    if (this.random() >= 0.1) return '';
    const at = this.between(0, tokens - 1);
    const kind = this.random() < 0.5 ? 'reset' : 'end';
    return `{{sandbox fault=${kind} at=${String(at)} times=1}}`;
  }
}
