import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { AttemptMessage, RouteMessage } from '../../contracts/queue/messages.ts';
import { queueNames, REDIS_PREFIX } from '../../contracts/redis-keys.ts';
import { queueItemId } from '../../core/ids.ts';
import type { EnqueueOptions, JobQueue, QueuePlace } from '../../ports/job-queue.ts';

/** BullMQ's event stream is only a wake-up for its own clients; nothing of ours reads it. */
const MAX_EVENTS = 1_000;

/** Jobs with a priority wait until no job without one does. */
const BATCH_PRIORITY = 1;

/** Finished items are removed at once: the log, not the queue, knows what was done. */
const ITEM_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

export class BullmqJobQueue implements JobQueue {
  readonly #redis: Redis;
  readonly #queues = new Map<string, Queue>();

  /** `redis` is a producer connection; it stays the caller's to close. */
  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async enqueueRoute(message: RouteMessage, options: EnqueueOptions): Promise<void> {
    await this.#add(queueNames.jobs, message, options);
  }

  async enqueueAttempt(
    providerId: string,
    message: AttemptMessage,
    options: EnqueueOptions,
  ): Promise<void> {
    await this.#add(queueNames.provider(providerId), message, options);
  }

  async holds({ jobId, attempt, turn = 0, providerId }: QueuePlace): Promise<boolean> {
    const here = queueItemId(jobId, attempt, turn);
    const givenBack = queueItemId(jobId, attempt, turn + 1);
    const next = queueItemId(jobId, attempt + 1);
    const items = [here, givenBack, next].map((id) => itemKey(queueNames.jobs, id));
    if (providerId !== undefined) items.push(itemKey(queueNames.provider(providerId), here));
    return (await this.#redis.exists(...items)) > 0;
  }

  /** Calls at once of a provider over the whole fleet, kept by the queue itself; undefined = no limit. */
  async limitConcurrency(providerId: string, calls: number | undefined): Promise<void> {
    const queue = this.#queue(queueNames.provider(providerId));
    if (calls === undefined) await queue.removeGlobalConcurrency();
    else await queue.setGlobalConcurrency(calls);
  }

  /** Lets every process wait before it takes the provider's next item. */
  async pause(providerId: string, waitMs: number): Promise<void> {
    await this.#queue(queueNames.provider(providerId)).rateLimit(waitMs);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #add(
    name: string,
    message: RouteMessage | AttemptMessage,
    options: EnqueueOptions,
  ): Promise<void> {
    await this.#queue(name).add(name, message, {
      ...ITEM_OPTIONS,
      jobId: queueItemId(message.jobId, message.attempt, message.turn),
      ...(options.priority === 'batch' ? { priority: BATCH_PRIORITY } : {}),
      ...(options.delayMs === undefined ? {} : { delay: options.delayMs }),
    });
  }

  #queue(name: string): Queue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue(name, {
      connection: this.#redis,
      prefix: REDIS_PREFIX,
      streams: { events: { maxLen: MAX_EVENTS } },
      skipMetasUpdate: true,
    });
    this.#queues.set(name, queue);
    return queue;
  }
}

function itemKey(queueName: string, itemId: string): string {
  return `${REDIS_PREFIX}:${queueName}:${itemId}`;
}
