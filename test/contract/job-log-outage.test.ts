import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { LogUnavailableError } from '../../shared/ports/job-log.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { accepted, attempt, delta, failed, newRef } from '../support/builders.ts';
import { waitUntil } from '../support/wait-until.ts';

const connections = new BrokerConnections();

afterAll(() => connections.close());

describe.concurrent('the job log on JetStream, when an answer is lost', () => {
  it('recognises an entry without a message id as its own', async () => {
    const { log, ref, fence, loseNextAnswer } = await openLossy();
    loseNextAnswer();

    const answer = await log.append(ref, delta(2, 'mine'), {
      expectedSequence: fence,
      deadlineMs: 5_000,
    });

    const stored = await log.read(ref, { afterSeq: 0 });
    expect(answer).toEqual({ kind: 'stored', sequence: stored.entries[1]?.sequence });
    expect(stored.entries).toHaveLength(2);
  });

  it('recognises an entry with a message id as its own, even behind a newer one', async () => {
    const { log, other, ref, fence, loseNextAnswer } = await openLossy();
    loseNextAnswer();

    const [answer] = await Promise.all([
      log.append(ref, attempt(2), {
        expectedSequence: fence,
        messageId: `${ref.jobId}.2.mine`,
        deadlineMs: 5_000,
      }),
      other.append(ref, failed(3), { expectedSequence: fence + 1, deadlineMs: 5_000 }),
    ]);

    const stored = await log.read(ref, { afterSeq: 0 });
    expect(answer).toEqual({ kind: 'stored', sequence: stored.entries[1]?.sequence });
  });

  it('has lost the job when the last entry is somebody else’s', async () => {
    const { log, other, ref, fence, loseNextAnswer } = await openLossy();
    await other.append(ref, failed(2), { expectedSequence: fence, deadlineMs: 5_000 });
    loseNextAnswer();

    const answer = await log.append(ref, delta(2, 'mine'), {
      expectedSequence: fence,
      deadlineMs: 5_000,
    });

    expect(answer).toEqual({ kind: 'fenced' });
  });

  it('says that the entry may be stored when no repeat fits into the deadline', async () => {
    const { log, ref, fence, loseNextAnswer } = await openLossy();
    loseNextAnswer();

    const answer = await log.append(ref, delta(2, 'mine'), {
      expectedSequence: fence,
      deadlineMs: 300,
    });

    expect(answer).toEqual({ kind: 'unavailable', mayBeStored: true });
    expect((await log.readLast(ref))?.entry.seq).toBe(2);
  });
});

describe.concurrent('the job log on JetStream, when NATS goes away', () => {
  it('knows after a kill -9 and a restart what it had confirmed, and repeats of it', async () => {
    const nats = await connections.privateNats();
    const { log, ref } = await openLog(await connections.nats(nats.url));
    const accept = { expectedSequence: 0, messageId: `${ref.jobId}.1.w`, deadlineMs: 15_000 };
    const first = await log.append(ref, accepted(ref), accept);
    const fence = first.kind === 'stored' ? first.sequence : -1;
    const second = await log.append(ref, attempt(2), {
      ...accept,
      ...at(fence, `${ref.jobId}.2.w`),
    });

    await nats.process.kill('SIGKILL');
    await nats.process.start();

    const repeats = [
      await log.append(ref, accepted(ref), accept),
      await log.append(ref, attempt(2), { ...accept, ...at(fence, `${ref.jobId}.2.w`) }),
      await log.append(ref, attempt(2), { ...accept, ...at(fence, `${ref.jobId}.2.zombie`) }),
    ];
    const page = await log.read(ref, { afterSeq: 0 });
    expect(repeats).toEqual([first, second, { kind: 'fenced' }]);
    expect(page.entries.map(({ entry }) => entry.seq)).toEqual([1, 2]);
  });

  it('goes on trying through a restart, within its deadline', async () => {
    const nats = await connections.privateNats();
    const { log, ref } = await openLog(await connections.nats(nats.url));
    await nats.process.kill('SIGKILL');

    const appending = log.append(ref, accepted(ref), { expectedSequence: 0, deadlineMs: 15_000 });
    await nats.process.start();

    expect((await appending).kind).toBe('stored');
    expect((await log.read(ref, { afterSeq: 0 })).entries).toHaveLength(1);
  });

  it('answers within its deadline while NATS stands still, and finds its entry afterwards', async () => {
    const nats = await connections.privateNats();
    const { log, ref } = await openLog(await connections.nats(nats.url));
    const options = { expectedSequence: 0, messageId: `${ref.jobId}.1.w`, deadlineMs: 1_000 };
    await nats.process.kill('SIGSTOP');
    // The signal is on its way when kill returns: until it has stopped every thread, the server may still answer.
    await silence(log, ref);
    const startedAt = performance.now();

    const [append, last, page] = await Promise.all([
      timed(log.append(ref, accepted(ref), options)),
      timed(log.readLast(ref).catch((error: unknown) => error)),
      timed(log.read(ref, { afterSeq: 0 }).catch((error: unknown) => error)),
    ]);

    await nats.process.kill('SIGCONT');
    const repeated = await log.append(ref, accepted(ref), { ...options, deadlineMs: 10_000 });
    expect(append.value).toEqual({ kind: 'unavailable', mayBeStored: true });
    expect(append.atMs - startedAt).toBeLessThan(2_000);
    expect(last.value).toBeInstanceOf(LogUnavailableError);
    expect(last.atMs - startedAt).toBeLessThan(3_000);
    expect(page.value).toBeInstanceOf(LogUnavailableError);
    expect(page.atMs - startedAt).toBeLessThan(6_000);
    expect(repeated.kind).toBe('stored');
    expect((await log.read(ref, { afterSeq: 0 })).entries).toHaveLength(1);
  });

  it('is certain that nothing was stored where there is no stream', async () => {
    const nats = await connections.privateNats();
    const { log, ref } = await openLog(await connections.bareNats(nats.url));

    const answer = await log.append(ref, accepted(ref), { expectedSequence: 0, deadlineMs: 300 });

    expect(answer).toEqual({ kind: 'unavailable', mayBeStored: false });
  });
});

async function openLog(connection: NatsConnection) {
  const log = new NatsJobLog(connection);
  connections.onClose(() => log.close());
  return { log, ref: newRef() };
}

/** A job with its first entry, a log whose next answer can be lost on the way, and a second log beside it. */
async function openLossy() {
  const connection = await connections.nats(inject('natsUrl'));
  let answersToLose = 0;
  const subscribe = connection.subscribe.bind(connection);
  connection.subscribe = (subject, options) =>
    subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (answersToLose > 0) answersToLose -= 1;
        else void options?.callback?.(error, message);
      },
    });
  const { log, ref } = await openLog(connection);
  const { log: other } = await openLog(await connections.nats(inject('natsUrl')));
  const first = await log.append(ref, accepted(ref), { expectedSequence: 0, deadlineMs: 5_000 });
  const loseNextAnswer = () => {
    answersToLose = 1;
  };
  return { log, other, ref, fence: first.kind === 'stored' ? first.sequence : -1, loseNextAnswer };
}

function at(expectedSequence: number, messageId: string) {
  return { expectedSequence, messageId };
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; atMs: number }> {
  return { value: await work, atMs: performance.now() };
}

/** Resolves once a look-up is not answered any more. */
function silence(log: NatsJobLog, ref: JobRef): Promise<boolean> {
  const isSilent = () =>
    log.readLast(ref).then(
      () => false,
      () => true,
    );
  return waitUntil(isSilent, { withinMs: 10_000, what: 'the stopped server falls silent' });
}
