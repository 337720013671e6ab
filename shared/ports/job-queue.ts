import type { AttemptMessage, RouteMessage } from '../contracts/queue/messages.ts';

export type Priority = 'interactive' | 'batch';

export interface EnqueueOptions {
  readonly priority: Priority;
  /** Not before this many milliseconds from now. Default: at once. */
  readonly delayMs?: number;
}

/** Where a job should be, as far as its record knows. */
export interface QueuePlace {
  readonly jobId: string;
  /** The last attempt that was decided; 0 = none. */
  readonly attempt: number;
  /** How often that attempt was given back before it began. Absent: never. */
  readonly turn?: number | undefined;
  /** Provider of that attempt. */
  readonly providerId?: string | undefined;
}

/** The work queues. They deliver at least once; the job log decides what counts. Repeating an add is harmless. */
export interface JobQueue {
  enqueueRoute(message: RouteMessage, options: EnqueueOptions): Promise<void>;
  enqueueAttempt(
    providerId: string,
    message: AttemptMessage,
    options: EnqueueOptions,
  ): Promise<void>;
  /** Whether the job waits or runs anywhere: its decision of this attempt or the next, or this attempt itself. */
  holds(place: QueuePlace): Promise<boolean>;
}

/**
 * What became of a delivery: `done` takes it off the queue, `later` gives it back without counting it, `full` gives it
 * back as the next one and lets the whole queue wait, for all processes.
 */
export type Delivery =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly delayMs: number }
  | { readonly kind: 'full'; readonly waitMs: number };

/** Takes messages of one queue, a bounded number at a time. */
export interface QueueConsumer {
  /** Takes no more, lets what runs finish for up to `graceMs`, then aborts the handlers' signals. */
  drain(graceMs: number): Promise<void>;
}

export type MessageHandler<T> = (message: T, signal: AbortSignal) => Promise<Delivery>;
