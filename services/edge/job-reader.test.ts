import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoredEntry } from '../../shared/ports/job-log.ts';
import { arbitraryJobLog } from '../../test/support/arbitrary-job-log.ts';
import { accepted, attempt, delta, newRef, terminal } from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { ScriptedTail } from '../../test/support/recording-ports.ts';
import { type EntrySink, JobReader } from './job-reader.ts';

const ref = newRef();

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('JobReader', () => {
  it('takes live hints as they come, repeated ones too, without a look at the log', async () => {
    const { log, tail, sink } = open();
    log.mood = 'silent';

    for (const entry of [accepted(ref), attempt(2), terminal(3)]) {
      const stored = { entry, sequence: entry.seq, json: JSON.stringify(entry) };
      tail.hint(stored);
      tail.hint(stored);
    }

    expect(sink.seqs).toEqual([1, 2, 3]);
    expect(sink.ends).toBe(1);
    expect(tail.followers).toBe(0);
  });

  it('replays what was there before from any cursor, over many pages', async () => {
    const { log, reader, sink } = open({ afterSeq: 4 });
    log.add(ref, accepted(ref), attempt(2), ...[3, 4, 5, 6, 7, 8, 9].map((seq) => delta(seq, 'x')));

    reader.replay();
    await vi.advanceTimersByTimeAsync(0);

    expect(sink.seqs).toEqual([5, 6, 7, 8, 9]);
    expect(reader.cursor).toBe(9);
  });

  it('reads the log when a gap is announced, though no hint says so', async () => {
    const { log, tail, sink } = open();
    log.add(ref, accepted(ref), terminal(2));

    tail.announceGap();
    await vi.advanceTimersByTimeAsync(0);

    expect(sink.seqs).toEqual([1, 2]);
    expect(sink.ends).toBe(1);
  });

  it('looks again while the log is behind its own hints', async () => {
    const { log, tail, sink } = open();
    log.add(ref, accepted(ref));
    const late = attempt(2);
    tail.hint({ entry: late, sequence: 2, json: '' });
    await vi.advanceTimersByTimeAsync(1_000);

    log.add(ref, late);
    await vi.advanceTimersByTimeAsync(250);

    expect(sink.seqs).toEqual([1, 2]);
  });

  it('outlasts a log that does not answer', async () => {
    const { log, reader, sink } = open();
    log.add(ref, accepted(ref), attempt(2));
    log.mood = 'silent';
    reader.replay();
    await vi.advanceTimersByTimeAsync(2_000);

    log.mood = 'well';
    await vi.advanceTimersByTimeAsync(250);

    expect(sink.seqs).toEqual([1, 2]);
  });

  it('writes nothing to a full sink, and goes on from the log when it has room', async () => {
    const { log, tail, reader, sink } = open({ room: 2 });
    log.onStored = (_ref, stored) => tail.hint(stored);
    log.add(ref, accepted(ref), attempt(2), delta(3, 'x'), delta(4, 'y'), terminal(5));
    const whileFull = [...sink.seqs];

    sink.room = 2;
    reader.resume();
    await vi.advanceTimersByTimeAsync(0);
    const afterMore = [...sink.seqs];
    sink.room = 9;
    reader.resume();
    await vi.advanceTimersByTimeAsync(0);

    expect(whileFull).toEqual([1, 2]);
    expect(afterMore).toEqual([1, 2, 3, 4]);
    expect(sink.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('writes nothing after it is closed, in the middle of a page either', async () => {
    const { log, tail, reader, sink } = open();
    log.add(ref, accepted(ref), attempt(2), delta(3, 'x'));
    sink.onWrite = (stored) => {
      if (stored.entry.seq === 2) reader.close();
    };

    reader.replay();
    await vi.advanceTimersByTimeAsync(1_000);
    tail.hint({ entry: delta(3, 'x'), sequence: 3, json: '' });

    expect(sink.seqs).toEqual([1, 2]);
    expect(sink.ends).toBe(0);
    expect(tail.followers).toBe(0);
  });

  it('writes every entry once and in order while hints are lost, repeated and late and the sink fills up', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryJobLog,
        fc.array(fates, { minLength: 1, maxLength: 40 }),
        fc.nat(3),
        async (entries, allFates, room) => {
          const { log, tail, reader, sink } = open({ room: room + 1 });
          const late: StoredEntry[] = [];
          let step = 0;
          const nextFate = () => allFates[step++ % allFates.length];
          log.onStored = (_ref, stored) => {
            const next = nextFate();
            if (next !== 'lost' && next !== 'late') tail.hint(stored);
            if (next === 'twice') tail.hint(stored);
            if (next === 'late') late.push(stored);
            else for (const one of late.splice(0)) tail.hint(one);
          };

          for (const entry of entries) {
            log.add(ref, entry);
            if (nextFate() === 'slow') await vi.advanceTimersByTimeAsync(1);
            if (nextFate() === 'makes room') giveRoom(reader, sink, room + 1);
          }
          tail.announceGap();
          for (let round = 0; round < 2 * entries.length; round += 1) {
            giveRoom(reader, sink, room + 1);
            tail.announceGap();
            await vi.advanceTimersByTimeAsync(250);
          }

          expect(sink.seqs).toEqual(entries.map((entry) => entry.seq));
          expect(sink.ends).toBe(entries.at(-1)?.type === 'terminal' ? 1 : 0);
          expect(sink.writesWhileFull).toBe(0);
          reader.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** What happens to a hint, or between two entries. */
const fates = fc.constantFrom('comes', 'lost', 'twice', 'late', 'slow', 'makes room');

function giveRoom(reader: JobReader, sink: CountingSink, room: number): void {
  sink.room = room;
  reader.resume();
}

class CountingSink implements EntrySink {
  readonly seqs: number[] = [];
  ends = 0;
  writesWhileFull = 0;
  room: number;
  onWrite: ((stored: StoredEntry) => void) | undefined;

  constructor(room: number) {
    this.room = room;
  }

  write(stored: StoredEntry): boolean {
    if (this.room <= 0) this.writesWhileFull += 1;
    this.room -= 1;
    this.seqs.push(stored.entry.seq);
    this.onWrite?.(stored);
    return this.room > 0;
  }

  end(): void {
    this.ends += 1;
  }
}

function open({ afterSeq = 0, room = Number.POSITIVE_INFINITY } = {}) {
  const log = new MemoryJobLog({ pageEntries: 3 });
  const tail = new ScriptedTail();
  const sink = new CountingSink(room);
  const reader = new JobReader({ log, tail, ref, sink, afterSeq });
  return { log, tail, sink, reader };
}
