import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NatsResultPublisher } from '../../shared/adapters/nats/result-publisher.ts';
import { type JobResult, jobResultSchema } from '../../shared/contracts/events/job-result.ts';
import { natsSubjects, RESULTS_STREAM } from '../../shared/contracts/nats-subjects.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { newRef } from '../support/builders.ts';

const connections = new BrokerConnections();
let publisher: NatsResultPublisher;
let manager: JetStreamManager;

beforeAll(async () => {
  const connection = await connections.nats(inject('natsUrl'));
  manager = await jetstreamManager(connection);
  publisher = new NatsResultPublisher(connection);
  connections.onClose(() => publisher.close());
});

afterAll(() => connections.close());

describe('the results on JetStream', () => {
  it('hold one message a job with the whole answer, however often it is published', async () => {
    const ref = newRef();
    const result = aResult(ref, 'Because. 😀');

    const answers = await Promise.all([1, 2, 3].map(() => publisher.publish(ref, result)));
    const late = await publisher.publish(ref, { ...result, status: 'failed' });

    expect([...answers, late]).toEqual([true, true, true, true]);
    expect(await countOf(ref)).toBe(1);
    expect(await lastOf(ref)).toEqual(result);
  });

  it('hold one message for each job of a tenant', async () => {
    const { tenantId } = newRef();
    const refs = [newRef(tenantId), newRef(tenantId)];

    for (const ref of refs) await publisher.publish(ref, aResult(ref, 'x'));

    expect(await Promise.all(refs.map(countOf))).toEqual([1, 1]);
  });

  it('leave an answer out that is larger than a message may be, and say so', async () => {
    const ref = newRef();

    const isStored = await publisher.publish(ref, aResult(ref, 'é'.repeat(4_500_000)));

    const stored = await lastOf(ref);
    expect(isStored).toBe(true);
    expect(stored).toMatchObject({ jobId: ref.jobId, truncated: true, costNanoUsd: 7 });
    expect(stored).not.toHaveProperty('result');
  });

  it('keep the largest answer that fits', async () => {
    const ref = newRef();
    const text = 'x'.repeat(8_000_000);

    await publisher.publish(ref, aResult(ref, text));

    expect((await lastOf(ref)).result?.text.length).toBe(text.length);
  });

  it('are not announced as stored where there is no stream', async () => {
    const nats = await connections.privateNats();
    const lonely = new NatsResultPublisher(await connections.bareNats(nats.url));
    connections.onClose(() => lonely.close());
    const ref = newRef();

    expect(await lonely.publish(ref, aResult(ref, 'x'))).toBe(false);
  });
});

function aResult({ jobId }: JobRef, text: string): JobResult {
  return {
    jobId,
    status: 'completed',
    deployment: 'one/a',
    result: { text, toolCalls: [], finishReason: 'stop' },
    costNanoUsd: 7,
  };
}

async function countOf(ref: JobRef): Promise<number | undefined> {
  const subject = natsSubjects.result(ref);
  const info = await manager.streams.info(RESULTS_STREAM, { subjects_filter: subject });
  return info.state.subjects?.[subject];
}

async function lastOf(ref: JobRef): Promise<JobResult> {
  const query = { last_by_subj: natsSubjects.result(ref) };
  const message = await manager.streams.getMessage(RESULTS_STREAM, query);
  return jobResultSchema.parse(message?.json());
}
