import type { Msg } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { JobReader } from '../../services/edge/job-reader.ts';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import { NatsLiveTail } from '../../shared/adapters/nats/live-tail.ts';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { natsSubjects } from '../../shared/contracts/nats-subjects.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { accepted, attempt, delta, newRef, terminal } from '../support/builders.ts';
import { quietLogger } from '../support/quiet-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

const connections = new BrokerConnections();
let log: NatsJobLog;

beforeAll(async () => {
  log = new NatsJobLog(await connections.nats(inject('natsUrl')));
  connections.onClose(() => log.close());
});

afterAll(() => connections.close());

describe('a reader behind the live tail', () => {
  it('gets every entry once and in order, wherever it joins, while a third of the hints is lost', async () => {
    const tail = await openTail(lossy(0.3));
    const jobs = Array.from({ length: 12 }, () => {
      const ref = newRef();
      return { ref, entries: logOf(ref, 60) };
    });
    const readers: Reading[] = [];

    await Promise.all(
      jobs.map(async ({ ref, entries }, index) => {
        let fence = 0;
        for (const entry of entries) {
          if ([1, 7 + index, 40, 60].includes(entry.seq)) {
            const afterSeq = Math.max(0, entry.seq - 1 - index);
            readers.push(follow(tail, ref, afterSeq));
          }
          fence = await append(ref, entry, fence);
        }
      }),
    );
    await waitUntil(() => readers.every((reading) => reading.hasEnded), {
      withinMs: 10_000,
      what: 'every reader has the terminal entry',
    });

    expect(readers).toHaveLength(48);
    for (const { afterSeq, seqs } of readers) {
      expect(seqs).toEqual(
        Array.from({ length: 60 - afterSeq }, (_, index) => afterSeq + index + 1),
      );
    }
  });

  it('notices within about two seconds that the last hint was lost', async () => {
    const tail = await openTail((message) => message.string().includes('"type":"terminal"'));
    const ref = newRef();
    const entries = logOf(ref, 5);
    const reading = follow(tail, ref, 0);
    let fence = 0;
    for (const entry of entries) fence = await append(ref, entry, fence);
    const writtenAt = performance.now();

    await waitUntil(() => reading.hasEnded, { withinMs: 5_000, what: 'the terminal entry' });

    expect(performance.now() - writtenAt).toBeLessThan(2_500);
    expect(reading.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('notices it though not one hint ever came', async () => {
    const tail = await openTail(() => true);
    const ref = newRef();
    const reading = follow(tail, ref, 0);
    let fence = 0;
    for (const entry of logOf(ref, 5)) fence = await append(ref, entry, fence);
    const writtenAt = performance.now();

    await waitUntil(() => reading.hasEnded, { withinMs: 5_000, what: 'the terminal entry' });

    expect(performance.now() - writtenAt).toBeLessThan(2_500);
    expect(reading.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('reads the log after more hints were lost than are fetched one by one', async () => {
    let isDeaf = false;
    const tail = await openTail(() => isDeaf);
    const ref = newRef();
    const reading = follow(tail, ref, 0);
    let fence = 0;
    for (const entry of logOf(ref, 700)) {
      fence = await append(ref, entry, fence);
      if (entry.seq === 2) isDeaf = true;
    }

    await waitUntil(() => reading.hasEnded, { withinMs: 5_000, what: 'the terminal entry' });

    expect(reading.seqs).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
  });

  it('hears nothing of other jobs, and nothing more once it has left', async () => {
    const tail = await openTail(() => false);
    const ref = newRef();
    const other = newRef();
    const heard: JobEntry[] = [];
    const listener = {
      onEntry: ({ entry }: { entry: JobEntry }) => heard.push(entry),
      onGap: () => 0,
    };
    const leave = tail.follow(ref, listener);
    const witness = follow(tail, other, 0);

    const fence = await append(ref, accepted(ref), 0);
    await append(other, accepted(other), 0);
    await waitUntil(() => heard.length === 1, { withinMs: 2_000, what: 'the hint' });
    leave();
    await append(ref, attempt(2), fence);
    await append(other, attempt(2), (await log.readLast(other))?.sequence ?? 0);
    await waitUntil(() => witness.seqs.length === 2, { withinMs: 2_000, what: 'the later hint' });

    expect(heard).toEqual([accepted(ref)]);
  });
});

interface Reading {
  readonly afterSeq: number;
  readonly seqs: number[];
  hasEnded: boolean;
}

function follow(tail: NatsLiveTail, ref: JobRef, afterSeq: number): Reading {
  const reading: Reading = { afterSeq, seqs: [], hasEnded: false };
  const sink = {
    write: ({ entry }: { entry: JobEntry }) => {
      reading.seqs.push(entry.seq);
      return true;
    },
    end: () => {
      reading.hasEnded = true;
    },
  };
  const reader = new JobReader({ log, tail, ref, sink, afterSeq });
  connections.onClose(() => reader.close());
  reader.replay();
  return reading;
}

/** A tail on a connection of its own that does not hear of the hints that `isLost` names. */
async function openTail(isLost: (message: Msg) => boolean): Promise<NatsLiveTail> {
  const connection = await connections.nats(inject('natsUrl'));
  const tail = new NatsLiveTail(connection, quietLogger, (onHint) => {
    connection.subscribe(natsSubjects.allLive, {
      callback: (_error, message) => {
        if (!isLost(message)) onHint(message);
      },
    });
  });
  connections.onClose(() => tail.close());
  await connection.flush();
  return tail;
}

/** Loses hints at random, the same ones in every run. */
function lossy(share: number): () => boolean {
  let state = 42;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648 < share;
  };
}

function logOf(ref: JobRef, count: number): JobEntry[] {
  const deltas = Array.from({ length: count - 3 }, (_, index) => delta(index + 3, `${index} `));
  return [accepted(ref), attempt(2), ...deltas, terminal(count)];
}

async function append(ref: JobRef, entry: JobEntry, expectedSequence: number): Promise<number> {
  const answer = await log.append(ref, entry, { expectedSequence, deadlineMs: 10_000 });
  if (answer.kind !== 'stored') throw new Error(`entry ${String(entry.seq)}: ${answer.kind}`);
  return answer.sequence;
}
