import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';

/**
 * What one client got of one job, over as many connections as it took. Refuses a hole, a repetition, and anything after
 * the terminal entry at the moment when it comes.
 */
export class EventRecorder {
  readonly entries: JobEntry[] = [];
  #text = '';

  take(entry: JobEntry): void {
    const expected = this.cursor + 1;
    if (entry.seq !== expected) {
      throw new Error(`got seq ${String(entry.seq)}, expected ${String(expected)}`);
    }
    if (this.isOver) throw new Error('an entry after the terminal one');
    this.entries.push(entry);
    if (entry.type === 'reset') this.#text = textUpTo(this.entries, entry.keepTo);
    if (entry.type === 'delta') this.#text += textOf(entry);
  }

  /** `seq` of the last entry; 0 = none yet. */
  get cursor(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  get isOver(): boolean {
    return this.entries.at(-1)?.type === 'terminal';
  }

  /** The text as a client shows it. */
  get text(): string {
    return this.#text;
  }

  get outcome(): string | undefined {
    const last = this.entries.at(-1);
    return last?.type === 'terminal' ? last.outcome : undefined;
  }
}

function textOf(entry: Extract<JobEntry, { type: 'delta' }>): string {
  return entry.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function textUpTo(entries: readonly JobEntry[], keepTo: number): string {
  return entries
    .filter((entry) => entry.type === 'delta')
    .filter((entry) => entry.seq <= keepTo)
    .map(textOf)
    .join('');
}
