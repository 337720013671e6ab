import type { JobResult } from '../../shared/contracts/events/job-result.ts';
import type { AttemptMessage, RouteMessage } from '../../shared/contracts/queue/messages.ts';
import { type JobRef, queueItemId } from '../../shared/core/ids.ts';
import type { StoredEntry } from '../../shared/ports/job-log.ts';
import type { EnqueueOptions, JobQueue, QueuePlace } from '../../shared/ports/job-queue.ts';
import type { JobTail, TailListener } from '../../shared/ports/job-tail.ts';
import type { ResultPublisher } from '../../shared/ports/result-publisher.ts';

interface QueuedItem {
  readonly queue: string;
  readonly message: RouteMessage | AttemptMessage;
  readonly options: EnqueueOptions;
}

/** Queues that nobody takes from: a repeated add changes nothing, as with the real ones. */
export class RecordingQueue implements JobQueue {
  readonly items = new Map<string, QueuedItem>();

  async enqueueRoute(message: RouteMessage, options: EnqueueOptions): Promise<void> {
    this.#add({ queue: 'jobs', message, options });
  }

  async enqueueAttempt(
    providerId: string,
    message: AttemptMessage,
    options: EnqueueOptions,
  ): Promise<void> {
    this.#add({ queue: providerId, message, options });
  }

  async holds({ jobId }: QueuePlace): Promise<boolean> {
    return [...this.items.values()].some(({ message }) => message.jobId === jobId);
  }

  #add(item: QueuedItem): void {
    const { jobId, attempt, turn } = item.message;
    const key = `${item.queue}/${queueItemId(jobId, attempt, turn)}`;
    if (!this.items.has(key)) this.items.set(key, item);
  }
}

/** Result messages by job: the first one counts. */
export class RecordingResults implements ResultPublisher {
  readonly published = new Map<string, JobResult>();
  isAway = false;

  async publish(ref: JobRef, result: JobResult): Promise<boolean> {
    if (this.isAway) return false;
    if (!this.published.has(ref.jobId)) this.published.set(ref.jobId, result);
    return true;
  }
}

/** A tail whose hints the test gives out itself. */
export class ScriptedTail implements JobTail {
  readonly #listeners = new Set<TailListener>();

  get followers(): number {
    return this.#listeners.size;
  }

  follow(_ref: JobRef, listener: TailListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hint(stored: StoredEntry): void {
    for (const listener of this.#listeners) listener.onEntry(stored);
  }

  announceGap(): void {
    for (const listener of this.#listeners) listener.onGap();
  }
}
