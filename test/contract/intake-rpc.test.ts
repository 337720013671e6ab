import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  type IntakeHandlers,
  NatsIntakeClient,
  serveIntake,
} from '../../shared/adapters/nats/intake-rpc.ts';
import { problem } from '../../shared/contracts/http/problem.ts';
import type { SubmitReply } from '../../shared/contracts/rpc/intake-rpc.ts';
import type { Submission } from '../../shared/ports/intake-client.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { newRef } from '../support/builders.ts';
import { quietLogger } from '../support/quiet-logger.ts';

let connections: BrokerConnections;
let client: NatsIntakeClient;

beforeEach(async () => {
  connections = new BrokerConnections();
  client = new NatsIntakeClient(await connections.bareNats(inject('natsUrl')));
  connections.onClose(() => client.close());
});

afterEach(() => connections.close());

describe('intake over NATS', () => {
  it('gets a submission as the edge gave it, and the edge its answer', async () => {
    const submissions: Submission[] = [];
    await serve({
      submit: async (submission) => {
        submissions.push(submission);
        return accept(submission);
      },
    });
    const full = aSubmission({ idempotencyKey: 'order-7', options: { budget: 'cheap "é"' } });
    const plain = aSubmission({ door: 'job', body: Buffer.alloc(0) });

    const replies = [await client.submit(full), await client.submit(plain)];

    expect(replies).toEqual([await accept(full), await accept(plain)]);
    expect(submissions.map(readable)).toEqual([full, plain].map(readable));
  });

  it('passes the problem of a refused submission on', async () => {
    const refusal = { ok: false, problem: problem('unknown_model', 'ask for the names') } as const;
    await serve({ submit: async () => refusal });

    expect(await client.submit(aSubmission())).toEqual(refusal);
  });

  it('cancels the job of the tenant', async () => {
    const ref = newRef();
    const cancelled: object[] = [];
    await serve({
      cancel: async (one) => {
        cancelled.push(one);
        return { ok: true };
      },
    });

    const reply = await client.cancel(ref);

    expect(reply).toEqual({ ok: true });
    expect(cancelled).toEqual([ref]);
  });

  it('is unavailable at once when nobody serves, and says which job may exist', async () => {
    const submission = aSubmission();
    const startedAt = performance.now();

    const replies = [await client.submit(submission), await client.cancel(newRef())];

    expect(replies).toMatchObject([
      { ok: false, problem: { code: 'unavailable', jobId: submission.jobId } },
      { ok: false, problem: { code: 'unavailable' } },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('is unavailable, not broken, when a handler throws', async () => {
    await serve({ submit: () => Promise.reject(new Error('a defect')) });

    expect(await client.submit(aSubmission())).toMatchObject({
      ok: false,
      problem: { code: 'unavailable' },
    });
  });

  it('refuses a tenant or job that is no safe id', async () => {
    const submitted: Submission[] = [];
    await serve({
      submit: async (submission) => {
        submitted.push(submission);
        return accept(submission);
      },
    });

    const reply = await client.submit(aSubmission({ jobId: 'a.>' }));

    expect(reply.ok).toBe(false);
    expect(submitted).toEqual([]);
  });

  it('shares the requests of many edges among many intakes, each to one', async () => {
    const served = [0, 0, 0];
    for (const index of served.keys()) {
      await serve({
        submit: async (submission) => {
          served[index] = (served[index] ?? 0) + 1;
          return accept(submission);
        },
      });
    }

    const submissions = Array.from({ length: 60 }, () => aSubmission());
    const replies = await Promise.all(submissions.map((one) => client.submit(one)));

    expect(replies.map((reply) => reply.ok && reply.jobId)).toEqual(
      submissions.map(({ jobId }) => jobId),
    );
    expect(served.reduce((sum, count) => sum + count)).toBe(60);
    expect(Math.min(...served)).toBeGreaterThan(0);
  });

  it('takes bodies up to the size that it names', async () => {
    await serve({
      submit: async (submission) => ({ ...(await accept(submission)), replayed: true }),
    });
    const body = Buffer.alloc(client.maxBodyBytes, 'x');

    expect(await client.submit(aSubmission({ body }))).toMatchObject({ ok: true, replayed: true });
    expect(client.maxBodyBytes).toBeGreaterThan(8_000_000);
  });
});

async function serve(handlers: Partial<IntakeHandlers>): Promise<void> {
  const connection = await connections.bareNats(inject('natsUrl'));
  const unexpected = () => Promise.reject(new Error('not expected here'));
  serveIntake(connection, { submit: unexpected, cancel: unexpected, ...handlers }, quietLogger);
  await connection.flush();
}

function aSubmission(change: Partial<Submission> = {}): Submission {
  return {
    principal: { tenantId: 'acme', keyId: 'key-1' },
    door: 'openai',
    body: Buffer.from('{"model":"auto"}'),
    jobId: newRef().jobId,
    options: {},
    ...change,
  };
}

async function accept({ jobId }: Submission): Promise<SubmitReply> {
  return { ok: true, jobId, replayed: false, stream: true, includeUsage: false };
}

function readable({ body, ...rest }: Submission) {
  return { ...rest, body: Buffer.from(body).toString() };
}
