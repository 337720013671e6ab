import { describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { AppendResult, JobLog, StoredEntry } from '../../shared/ports/job-log.ts';
import { accepted, attempt, delta, failed, newRef, terminal } from '../support/builders.ts';

const DEADLINE_MS = 5_000;

/** What every job log owes its users. `log` is asked for when the tests run. */
export function describeJobLog(name: string, log: () => JobLog): void {
  describe(`the job log of ${name}`, () => {
    it('has nothing of a job that was never written', async () => {
      const ref = newRef();

      const found = [await log().readLast(ref), await log().read(ref, { afterSeq: 0 })];

      expect(found).toEqual([undefined, { entries: [], isEnd: true }]);
    });

    it('gives entries back as they were written, in order, with rising sequences', async () => {
      const ref = newRef();
      const entries = [accepted(ref), attempt(2), delta(3, 'é😀"\n'), failed(4), terminal(5)];

      const sequences = await appendAll(log(), ref, entries);

      const stored = await readAll(log(), ref, { afterSeq: 0 });
      expect(stored.map((one) => one.entry)).toEqual(entries);
      expect(stored.map((one) => one.json)).toEqual(entries.map((one) => JSON.stringify(one)));
      expect(stored.map((one) => one.sequence)).toEqual(sequences);
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    });

    it('says when an entry was stored', async () => {
      const ref = newRef();
      const beforeMs = Date.now();
      await appendAll(log(), ref, [accepted(ref)]);

      const stored = [await log().readLast(ref), ...(await readAll(log(), ref, { afterSeq: 0 }))];

      const times = stored.map((one) => one?.storedAtMs ?? 0);
      expect(times).toHaveLength(2);
      expect(Math.min(...times)).toBeGreaterThanOrEqual(beforeMs - 5);
      expect(Math.max(...times)).toBeLessThanOrEqual(Date.now() + 5);
    });

    it('answers the newest entry with the sequence that the next append must name', async () => {
      const ref = newRef();
      await appendAll(log(), ref, [accepted(ref), attempt(2)]);
      await appendAll(log(), newRef(), [accepted(ref)]);

      const last = await log().readLast(ref);

      const next = await append(log(), ref, delta(3, 'x'), last?.sequence ?? -1);
      expect(last?.entry).toEqual(attempt(2));
      expect(next.kind).toBe('stored');
    });

    it.each([
      ['names an earlier entry', -1],
      ['thinks that the log is empty', 'empty'],
      ['names a sequence that is not of this job', 1_000_000],
    ] as const)('refuses a writer that %s', async (_what, change) => {
      const ref = newRef();
      const sequences = await appendAll(log(), ref, [accepted(ref), attempt(2)]);
      const fence = change === 'empty' ? 0 : (sequences.at(-1) ?? 0) + change;

      const answer = await append(log(), ref, delta(3, 'x'), fence);

      expect(answer).toEqual({ kind: 'fenced' });
      expect(await readAll(log(), ref, { afterSeq: 0 })).toHaveLength(2);
    });

    it('refuses the old writer for ever after a takeover, whatever it tries', async () => {
      const ref = newRef();
      const zombieFence = (await appendAll(log(), ref, [accepted(ref), attempt(2)])).at(-1) ?? 0;
      const takeover = await append(log(), ref, failed(3), zombieFence);

      const answers = [
        await append(log(), ref, delta(3, 'zombie'), zombieFence),
        await append(log(), ref, terminal(3), zombieFence, `${ref.jobId}.3.zombie`),
        await append(log(), ref, delta(4, 'zombie'), zombieFence + 1_000_000),
        await append(log(), ref, delta(3, 'zombie'), zombieFence),
      ];

      expect(takeover.kind).toBe('stored');
      expect(answers.map(({ kind }) => kind)).toEqual(['fenced', 'fenced', 'fenced', 'fenced']);
      expect((await log().readLast(ref))?.entry).toEqual(failed(3));
    });

    it('lets one of many writers win that stand at the same entry', async () => {
      const ref = newRef();

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          append(log(), ref, accepted(ref), 0, `${ref.jobId}.1.writer-${String(index)}`),
        ),
      );

      expect(answers.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'fenced')).toHaveLength(19);
      expect(await readAll(log(), ref, { afterSeq: 0 })).toHaveLength(1);
    });

    it('answers a repeat of a message id with the first copy, also when others wrote since', async () => {
      const ref = newRef();
      const messageId = `${ref.jobId}.1.writer`;
      const first = await append(log(), ref, accepted(ref), 0, messageId);
      const fence = first.kind === 'stored' ? first.sequence : -1;

      const atOnce = await append(log(), ref, accepted(ref), 0, messageId);
      await append(log(), ref, attempt(2), fence);
      const later = await append(log(), ref, accepted(ref), 0, messageId);

      expect([atOnce, later]).toEqual([first, first]);
      expect(await readAll(log(), ref, { afterSeq: 0 })).toHaveLength(2);
    });

    it('keeps the logs of two tenants apart that have a job of one id', async () => {
      const ref = newRef();
      const other = { ...newRef(), jobId: ref.jobId };
      await appendAll(log(), ref, [accepted(ref), attempt(2)]);

      const answer = await append(log(), other, accepted(other), 0);

      expect(answer.kind).toBe('stored');
      expect(await readAll(log(), other, { afterSeq: 0 })).toHaveLength(1);
    });

    it('reads a long log in pages from any cursor, while other jobs are written in between', async () => {
      const ref = newRef();
      const other = newRef();
      const count = 1_203;
      const entries = Array.from({ length: count - 1 }, (_, index) => delta(index + 2, 'x'));
      const [sequences] = await Promise.all([
        appendAll(log(), ref, [accepted(ref), ...entries]),
        appendAll(log(), other, [accepted(other), ...entries.slice(0, 300)]),
      ]);

      for (const afterSeq of [0, 1, 499, 500, 501, 702, 703, 1_202, 1_203]) {
        for (const fromSequence of [
          0,
          sequences[0] ?? 0,
          sequences[Math.max(0, afterSeq - 1)] ?? 0,
        ]) {
          const seqs = await readAll(log(), ref, { afterSeq, fromSequence });

          expect(seqs.map((one) => one.entry.seq)).toEqual(
            Array.from({ length: count - afterSeq }, (_, index) => afterSeq + index + 1),
          );
        }
      }
    });
  });
}

function append(
  log: JobLog,
  ref: JobRef,
  ...[entry, expectedSequence, messageId]: [JobEntry, number, string?]
): Promise<AppendResult> {
  return log.append(ref, entry, {
    expectedSequence,
    deadlineMs: DEADLINE_MS,
    ...(messageId === undefined ? {} : { messageId }),
  });
}

/** Writes entries one behind the other; answers their sequences. */
async function appendAll(
  log: JobLog,
  ref: JobRef,
  entries: readonly JobEntry[],
): Promise<number[]> {
  const sequences: number[] = [];
  for (const entry of entries) {
    const answer = await append(log, ref, entry, sequences.at(-1) ?? 0);
    if (answer.kind !== 'stored') throw new Error(`entry ${String(entry.seq)}: ${answer.kind}`);
    sequences.push(answer.sequence);
  }
  return sequences;
}

async function readAll(
  log: JobLog,
  ref: JobRef,
  from: { readonly afterSeq: number; readonly fromSequence?: number },
): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (;;) {
    const afterSeq = entries.at(-1)?.entry.seq ?? from.afterSeq;
    const page = await log.read(ref, { ...from, afterSeq });
    entries.push(...page.entries);
    if (page.isEnd) return entries;
  }
}
