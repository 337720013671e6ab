import { z } from 'zod';

/** What the bench asks of the floor's client. */
export const floorOrderSchema = z.discriminatedUnion('kind', [
  /** Jobs one after the other. */
  z.object({ kind: z.literal('one-at-a-time'), jobs: z.number().int().positive() }),
  /** As many jobs under way as there are clients, for a time. */
  z.object({
    kind: z.literal('at-once'),
    clients: z.number().int().positive(),
    durationMs: z.number().positive(),
  }),
  /** Takes the floor's queues off the Redis, which may be somebody's. */
  z.object({ kind: z.literal('clean-up') }),
]);

export const floorResultSchema = z.object({
  elapsedMs: z.number(),
  /** Of each job: from adding it to the first message about it. */
  latenciesMs: z.array(z.number()),
});

export const floorReadySchema = z.object({ redis: z.string(), nats: z.string() });

export type FloorOrder = z.infer<typeof floorOrderSchema>;
export type FloorResult = z.infer<typeof floorResultSchema>;
/** Versions of the servers. */
export type FloorReady = z.infer<typeof floorReadySchema>;
