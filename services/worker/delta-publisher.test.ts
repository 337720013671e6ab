import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { JobFold } from '../../shared/jobs/job-fold.ts';
import { JobWriter } from '../../shared/jobs/job-writer.ts';
import { accepted, attempt, delta, failed, newRef } from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { DeltaPublisher } from './delta-publisher.ts';
import { Pacer } from './pacer.ts';
import { StopSignal } from './stop-signal.ts';

const ref = newRef();

let log: GatedLog;
let pacer: Pacer;
let stop: StopSignal;

beforeEach(() => {
  log = new GatedLog();
  pacer = new Pacer();
  stop = new StopSignal();
});

describe('DeltaPublisher', () => {
  it('sends the first piece at once and what comes meanwhile together in the next append', async () => {
    const publisher = open([accepted(ref), attempt(2)]);
    log.closeGate();
    publisher.text('a');
    await firstAppend();
    publisher.text('b');
    publisher.reasoning('c');
    publisher.toolCall(0, { id: 'x', name: 'find', argumentsDelta: '{}' });

    log.openGate();
    await publisher.flush();

    expect(shownBy(log).map((entry) => entry.parts)).toEqual([
      [{ type: 'text', text: 'a' }],
      [
        { type: 'text', text: 'b' },
        { type: 'reasoning', text: 'c' },
        { type: 'toolCall', index: 0, id: 'x', name: 'find', arguments: '{}' },
      ],
    ]);
  });

  it('has one append in flight at a time, and loses and repeats nothing', async () => {
    const publisher = open([accepted(ref), attempt(2)]);

    for (let index = 0; index < 200; index += 1) {
      publisher.text(`${index} `);
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await publisher.flush();

    const text = shownBy(log).flatMap((entry) =>
      entry.parts.map((part) => part.type === 'text' && part.text),
    );
    expect(text.join('')).toBe(Array.from({ length: 200 }, (_, index) => `${index} `).join(''));
    expect(log.mostWaiting).toBe(1);
    expect(shownBy(log).length).toBeLessThan(100);
  });

  it('stops when somebody else has the job, and appends nothing more', async () => {
    const publisher = open([accepted(ref), attempt(2)]);
    log.add(ref, failed(3));

    publisher.text('mine?');
    await publisher.flush();
    publisher.text('more');
    await publisher.flush();

    expect(stop.reason).toBe('lost');
    expect(stop.signal.aborted).toBe(true);
    expect(log.entriesOf(ref).at(-1)).toMatchObject({ type: 'failed' });
    expect(log.appends).toBe(1);
  });

  it('stops when the log takes nothing', async () => {
    const publisher = open([accepted(ref), attempt(2)]);
    log.mood = 'silent';

    publisher.text('lost');
    await publisher.flush();

    expect(stop.reason).toBe('log-away');
  });

  it('still shows what came before a cancel', async () => {
    const publisher = open([accepted(ref), attempt(2)]);

    publisher.text('a');
    stop.stop('cancelled');
    publisher.text('b');
    await publisher.flush();

    const parts = shownBy(log).flatMap((entry) => entry.parts);
    expect(parts.map((part) => part.type === 'text' && part.text).join('')).toBe('ab');
  });

  it('is full while a quarter of a million characters wait, and has room once they are taken', async () => {
    const publisher = open([accepted(ref), attempt(2)]);
    log.closeGate();
    publisher.text('x');
    await firstAppend();
    publisher.text('x'.repeat(262_143));
    const before = publisher.isFull;
    publisher.text('x');
    const after = publisher.isFull;
    const drained = publisher.drained();

    log.openGate();
    await drained;

    expect([before, after]).toEqual([false, true]);
    expect(publisher.isFull).toBe(false);
    await publisher.flush();
  });

  it.each(['lost', 'log-away'] as const)(
    'lets a full provider go when the job is %s',
    async (why) => {
      const publisher = open([accepted(ref), attempt(2)]);
      log.closeGate();
      publisher.text('x');
      await firstAppend();
      publisher.text('x'.repeat(300_000));
      const drained = publisher.drained();

      if (why === 'lost') log.add(ref, failed(3));
      else log.mood = 'silent';
      log.openGate();

      await expect(drained).resolves.toBeUndefined();
      await expect(publisher.drained()).resolves.toBeUndefined();
      expect(stop.reason).toBe(why);
    },
  );

  it('replaces the text of an attempt that broke off before it shows its own', async () => {
    const broken = [accepted(ref), attempt(2), delta(3, 'old'), failed(4), attempt(5, 2)];
    const publisher = open(broken, 2);

    publisher.text('new');
    publisher.text('er');
    await publisher.flush();

    expect(log.entriesOf(ref).slice(5)).toEqual([
      { type: 'reset', seq: 6, attempt: 2, keepTo: 0 },
      delta(7, 'newer', 2),
    ]);
  });

  it('drops stale text for an answer that says nothing, and only then', async () => {
    const broken = [accepted(ref), attempt(2), delta(3, 'old'), failed(4), attempt(5, 2)];
    const silent = open(broken, 2);

    const answers = [await silent.dropStaleText(), await silent.dropStaleText()];

    expect(answers).toEqual([true, true]);
    expect(log.entriesOf(ref).slice(5)).toEqual([{ type: 'reset', seq: 6, attempt: 2, keepTo: 0 }]);
  });

  it('notes when the first token came, once, and counts all characters', async () => {
    const now = vi.fn<() => number>(() => 77);
    const publisher = open([accepted(ref), attempt(2)], 1, now);

    publisher.text('four');
    publisher.reasoning('five5');
    publisher.toolCall(0, { argumentsDelta: '{}' });
    await publisher.flush();

    expect(publisher.characters).toBe(11);
    expect(now).toHaveBeenCalledOnce();
  });

  it('keeps the pause of its pacer between two appends, and flushes without it', async () => {
    pacer = new SlowPacer();
    const publisher = open([accepted(ref), attempt(2)]);
    publisher.text('first');
    await waitUntil(() => shownBy(log).length === 1, { withinMs: 2_000, what: 'the first piece' });
    publisher.text('second');
    publisher.text('third');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const beforeFlush = shownBy(log).length;

    await publisher.flush();

    expect(beforeFlush).toBe(1);
    expect(shownBy(log)).toHaveLength(2);
  });
});

/** Keeps appends further apart than any test waits. */
class SlowPacer extends Pacer {
  override get paceMs(): number {
    return 60_000;
  }
}

/** A log whose appends wait at a gate while it is closed. */
class GatedLog extends MemoryJobLog {
  waiting = 0;
  mostWaiting = 0;
  appends = 0;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor() {
    super();
    this.beforeAppend = async () => {
      this.appends += 1;
      this.waiting += 1;
      this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
      await (this.#gate?.promise ?? new Promise((resolve) => setImmediate(resolve)));
      this.waiting -= 1;
    };
  }

  closeGate(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  openGate(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }
}

function open(entries: readonly JobEntry[], number = 1, now = () => 1): DeltaPublisher {
  const fold = new JobFold();
  for (const entry of entries) fold.apply(entry);
  const writer = new JobWriter({
    log,
    ref,
    sequence: log.add(ref, ...entries),
    fold,
    writerId: 'writer',
    appendDeadlineMs: 1_000,
  });
  return new DeltaPublisher({ writer, attempt: number, pacer, stop, now });
}

function firstAppend(): Promise<boolean> {
  return waitUntil(() => log.waiting === 1, { withinMs: 2_000, what: 'the first append' });
}

function shownBy(shown: MemoryJobLog) {
  return shown.entriesOf(ref).filter((entry) => entry.type === 'delta');
}
