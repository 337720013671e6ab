import { DelayedError, type Job, RateLimitError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { REDIS_PREFIX } from '../../contracts/redis-keys.ts';
import { LogUnavailableError } from '../../ports/job-log.ts';
import type { Delivery, MessageHandler, QueueConsumer } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';

/**
 * A dead worker's items are given out again after at most lock + check. The lock is only a hint: what it lets through
 * the log's fence stops.
 */
const LOCK_MS = 6_000;
const LOCK_RENEW_MS = 1_500;
const STALLED_CHECK_MS = 1_500;

/** How often an item may come back is ours to judge, from the log; BullMQ's default of 1 would lose jobs. */
const MAX_STALLED = 1_000_000;

const DRAIN_DELAY_SECONDS = 5;

/** A pause is ignored by workers without a limiter of their own (infra.md 1.4): this one never limits by itself. */
const ARMED_LIMITER = { max: 1_000_000, duration: 1_000 };

/** While a queue waits, its delayed items wait too; so it looks again after this. */
const MAX_PAUSE_MS = 2_000;

/** When a message is taken up again that the job log was not there for. */
const LOG_AWAY_MS = 1_000;

export interface ConsumeOptions<T> {
  readonly queueName: string;
  /** A consumer connection; it stays the caller's to close. */
  readonly connection: Redis;
  /** Items at once in this process. */
  readonly concurrency: number;
  /** Lets all processes wait before they take the next item. Absent: no handler of this queue asks for it. */
  readonly pause?: (waitMs: number) => Promise<void>;
  readonly schema: z.ZodType<T>;
  readonly handler: MessageHandler<T>;
  readonly log: Logger;
}

/** Takes messages of one queue. An unreadable message or a throwing handler takes the item off the queue and is logged. */
export function consumeQueue<T>(options: ConsumeOptions<T>): QueueConsumer {
  const { queueName, log } = options;
  const worker = new Worker(
    queueName,
    // Three declared parameters: with fewer BullMQ passes no signal (infra.md 1.8).
    (job: Job<unknown>, token: string | undefined, signal: AbortSignal | undefined) =>
      runItem(options, { job, token, signal: signal ?? new AbortController().signal }),
    {
      connection: options.connection,
      prefix: REDIS_PREFIX,
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      lockRenewTime: LOCK_RENEW_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: DRAIN_DELAY_SECONDS,
      ...(options.pause === undefined ? {} : { limiter: ARMED_LIMITER }),
    },
  );
  worker.on('error', (error) => {
    log.warn({ queueName, error: error.message }, 'queue worker error');
  });
  worker.on('failed', (job, error) => {
    log.error({ queueName, item: job?.id, error: error.stack }, 'a queue handler threw');
  });
  return {
    drain: async (graceMs) => {
      const closed = worker.close();
      const timer = setTimeout(() => {
        worker.cancelAllJobs('draining');
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

interface Item {
  readonly job: Job<unknown>;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

async function runItem<T>(options: ConsumeOptions<T>, { job, token, signal }: Item): Promise<void> {
  const message = options.schema.parse(job.data);
  const delivery = await options.handler(message, signal).catch(laterWhileLogIsAway);
  if (delivery.kind === 'full') {
    await options.pause?.(Math.min(delivery.waitMs, MAX_PAUSE_MS));
    throw new RateLimitError();
  }
  if (delivery.kind === 'later') {
    await job.moveToDelayed(Date.now() + delivery.delayMs, token);
    throw new DelayedError();
  }
}

function laterWhileLogIsAway(error: unknown): Delivery {
  if (error instanceof LogUnavailableError) return { kind: 'later', delayMs: LOG_AWAY_MS };
  throw error;
}
