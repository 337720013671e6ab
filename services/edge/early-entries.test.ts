import { expect, it } from 'vitest';
import type { StoredEntry } from '../../shared/ports/job-log.ts';
import { delta, terminal } from '../../test/support/builders.ts';
import { EarlyEntries } from './early-entries.ts';

it('passes on first what came before, then what comes, and the end in its place', () => {
  const early = new EarlyEntries();
  const sink = new ListSink();
  early.write(stored(1));
  early.write(stored(2));

  early.passTo(sink);
  const hasRoom = early.write(stored(3));
  early.end();

  expect(sink.heard).toEqual([1, 2, 3, 'end']);
  expect(hasRoom).toBe(true);
});

it('passes on an end that came before anybody listened', () => {
  const early = new EarlyEntries();
  const sink = new ListSink();
  early.write({ ...stored(1), entry: terminal(1) });
  early.end();

  early.passTo(sink);

  expect(sink.heard).toEqual([1, 'end']);
});

it('says that it is full at its bound: the reader waits and reads the log later', () => {
  const early = new EarlyEntries();

  const answers = Array.from({ length: 64 }, (_, index) => early.write(stored(index + 1)));

  expect(answers.indexOf(false)).toBe(63);
});

it('says what the sink says once there is one', () => {
  const early = new EarlyEntries();
  const sink = new ListSink();
  sink.hasRoom = false;

  early.passTo(sink);

  expect(early.write(stored(1))).toBe(false);
});

class ListSink {
  readonly heard: (number | 'end')[] = [];
  hasRoom = true;

  write({ entry }: StoredEntry): boolean {
    this.heard.push(entry.seq);
    return this.hasRoom;
  }

  end(): void {
    this.heard.push('end');
  }
}

function stored(seq: number): StoredEntry {
  return { entry: delta(seq, 'x'), sequence: seq, json: '' };
}
