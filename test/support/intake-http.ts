import { z } from 'zod';
import { type JobView, jobViewSchema } from '../../shared/contracts/http/job-view.ts';
import { type Problem, problemSchema } from '../../shared/contracts/http/problem.ts';
import { waitUntil } from './wait-until.ts';

const acceptedSchema = z.object({
  jobId: z.string(),
  status: z.literal('queued'),
  links: z.object({ job: z.string(), events: z.string() }),
});

const DEFAULT_WAIT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;

export interface Submission {
  readonly status: number;
  readonly jobId: string | undefined;
  readonly problem: Problem | undefined;
  readonly isReplay: boolean;
}

/** Our job API as any HTTP client uses it. */
export class IntakeHttp {
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  async submit(job: object, idempotencyKey?: string): Promise<Submission> {
    const response = await this.#fetch('/v1/jobs', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      body: JSON.stringify(job),
    });
    const body: unknown = await response.json();
    return {
      status: response.status,
      jobId: acceptedSchema.safeParse(body).data?.jobId,
      problem: problemSchema.safeParse(body).data,
      isReplay: response.headers.get('idempotency-replayed') === 'true',
    };
  }

  /** Submits a job that must be accepted; answers its id. */
  async accept(job: object, idempotencyKey?: string): Promise<string> {
    const { status, jobId, problem } = await this.submit(job, idempotencyKey);
    if (status !== 202 || jobId === undefined) {
      throw new Error(`not accepted: ${String(status)} ${JSON.stringify(problem)}`);
    }
    return jobId;
  }

  async view(jobId: string): Promise<JobView> {
    const response = await this.#fetch(`/v1/jobs/${jobId}`, {});
    return jobViewSchema.parse(await response.json());
  }

  async cancel(jobId: string): Promise<JobView> {
    const response = await this.#fetch(`/v1/jobs/${jobId}`, { method: 'DELETE' });
    return jobViewSchema.parse(await response.json());
  }

  /** The job once it has ended, whichever way. */
  async end(jobId: string, withinMs = DEFAULT_WAIT_MS): Promise<JobView> {
    return waitUntil(
      async () => {
        const view = await this.view(jobId);
        return view.status !== 'queued' && view.status !== 'running' && view;
      },
      { withinMs, what: `the end of job ${jobId}` },
    );
  }

  async submitBatch(lines: readonly string[], idempotencyKey?: string): Promise<unknown[]> {
    const response = await this.#fetch('/v1/jobs/batch', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      body: `${lines.join('\n')}\n`,
      signal: AbortSignal.timeout(60_000),
    });
    if (response.status !== 200) throw new Error(`the batch was answered ${response.status}`);
    const text = await response.text();
    return text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${this.#apiKey}`);
    const signal = init.signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    return fetch(this.#url + path, { ...init, headers, signal });
  }
}

/** A job with one user message. */
export function jobOf(prompt: string, more: object = {}): object {
  return { model: 'auto', messages: [{ role: 'user', content: prompt }], ...more };
}
