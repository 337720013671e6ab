import { type JobEntry, jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import {
  type AppendOptions,
  type AppendResult,
  type JobLog,
  type LogPage,
  LogUnavailableError,
  type ReadOptions,
  type StoredEntry,
} from '../../shared/ports/job-log.ts';

/** What the log does with calls: `silent` takes nothing, `loses-answers` stores and says nothing. */
type Mood = 'well' | 'silent' | 'loses-answers';

/**
 * The job log in memory, as strict as the real one: a repeat of a message id is answered with the first copy before the
 * fence is looked at, as JetStream does it, and entries leave as new objects. The contract suite runs on it too.
 */
export class MemoryJobLog implements JobLog {
  mood: Mood = 'well';
  /** Called with each entry once it is stored. */
  onStored: ((ref: JobRef, stored: StoredEntry) => void) | undefined;
  /** Called before each append is judged: the place for somebody else to be quicker. */
  beforeAppend: (() => void | Promise<void>) | undefined;
  readonly #pageEntries: number;
  readonly #now: () => number;
  readonly #logs = new Map<string, { sequence: number; json: string; storedAtMs: number }[]>();
  readonly #sequenceByMessageId = new Map<string, number>();
  #sequence = 0;

  constructor({ pageEntries = 500, now = Date.now } = {}) {
    this.#pageEntries = pageEntries;
    this.#now = now;
  }

  /** All entries of a job, whatever the mood. */
  entriesOf(ref: JobRef): JobEntry[] {
    return this.#logOf(ref).map((line) => toStoredEntry(line).entry);
  }

  /** Puts entries in as somebody else's, without a fence. Answers the sequence of the last one. */
  add(ref: JobRef, ...entries: readonly JobEntry[]): number {
    for (const entry of entries) {
      this.#sequence += 1;
      const json = JSON.stringify(entry);
      const line = { sequence: this.#sequence, json, storedAtMs: this.#now() };
      this.#logs.set(keyOf(ref), [...this.#logOf(ref), line]);
      this.onStored?.(ref, toStoredEntry(line));
    }
    return this.#sequence;
  }

  async append(ref: JobRef, entry: JobEntry, options: AppendOptions): Promise<AppendResult> {
    await this.beforeAppend?.();
    if (this.mood === 'silent') return { kind: 'unavailable', mayBeStored: true };
    const { messageId, expectedSequence } = options;
    const known = messageId === undefined ? undefined : this.#sequenceByMessageId.get(messageId);
    if (known !== undefined) return { kind: 'stored', sequence: known };
    const lastSequence = this.#logOf(ref).at(-1)?.sequence ?? 0;
    if (lastSequence !== expectedSequence) return { kind: 'fenced' };
    const sequence = this.add(ref, entry);
    if (messageId !== undefined) this.#sequenceByMessageId.set(messageId, sequence);
    if (this.mood === 'loses-answers') return { kind: 'unavailable', mayBeStored: true };
    return { kind: 'stored', sequence };
  }

  async readLast(ref: JobRef): Promise<StoredEntry | undefined> {
    this.#assertAnswers();
    const last = this.#logOf(ref).at(-1);
    return last === undefined ? undefined : toStoredEntry(last);
  }

  async read(ref: JobRef, { afterSeq, fromSequence = 0 }: ReadOptions): Promise<LogPage> {
    this.#assertAnswers();
    const rest = this.#logOf(ref)
      .filter((line) => line.sequence >= fromSequence)
      .map(toStoredEntry)
      .filter((stored) => stored.entry.seq > afterSeq);
    return {
      entries: rest.slice(0, this.#pageEntries),
      isEnd: rest.length <= this.#pageEntries,
    };
  }

  #assertAnswers(): void {
    if (this.mood === 'silent') throw new LogUnavailableError('the log is silent');
  }

  #logOf(ref: JobRef) {
    return this.#logs.get(keyOf(ref)) ?? [];
  }
}

function keyOf({ tenantId, jobId }: JobRef): string {
  return `${tenantId}.${jobId}`;
}

function toStoredEntry(line: { sequence: number; json: string; storedAtMs: number }): StoredEntry {
  return { ...line, entry: jobEntrySchema.parse(JSON.parse(line.json)) };
}
