import { z } from 'zod';
import { FAILURE_CLASSES } from '../../core/failure.ts';
import { FINISH_REASONS } from '../../core/finish-reason.ts';
import { reasoningBlockSchema } from '../reasoning-detail.ts';

/** The entries of a job's log (DESIGN section 2); the same objects go to WebSocket and SSE clients. */
const seq = z.number().int().positive();
const at = z.number().int().positive();
const attempt = z.number().int().positive();

export const usageSchema = z.object({
  inputTokens: z.number().int().nonnegative(),
  cachedInputTokens: z.number().int().nonnegative().optional(),
  cacheWriteTokens: z.number().int().nonnegative().optional(),
  outputTokens: z.number().int().nonnegative(),
  reasoningTokens: z.number().int().nonnegative().optional(),
  estimated: z.boolean().optional(),
});

export const failureSchema = z.object({
  class: z.enum(FAILURE_CLASSES),
  retryable: z.boolean(),
  retryAfterMs: z.number().nonnegative().optional(),
  providerStatus: z.number().int().optional(),
  message: z.string(),
});

export const deltaPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('reasoning'),
    text: z.string(),
    /** The piece belongs to reasoning that the provider wants back in the next turn. */
    block: reasoningBlockSchema.optional(),
  }),
  z.object({
    type: z.literal('toolCall'),
    index: z.number().int().nonnegative(),
    id: z.string().optional(),
    name: z.string().optional(),
    arguments: z.string().optional(),
  }),
]);

/** `worker-gone`: its process died or went silent; `shutdown`: it was told to end. */
export const INTERRUPTIONS = ['worker-gone', 'shutdown'] as const;

export const OUTCOMES = ['completed', 'failed', 'cancelled', 'expired'] as const;

export const jobEntrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), seq, at, jobId: z.string(), configVersion: z.string() }),
  z.object({
    type: z.literal('attempt'),
    seq,
    at,
    attempt,
    deployment: z.string(),
    requestModel: z.string(),
    reason: z.string(),
  }),
  z.object({ type: z.literal('delta'), seq, attempt, parts: z.array(deltaPartSchema) }),
  z.object({
    type: z.literal('reset'),
    seq,
    attempt,
    /** The last entry whose deltas still count; 0 = none of the text shown so far. */
    keepTo: z.number().int().nonnegative(),
  }),
  z.object({
    type: z.literal('failed'),
    seq,
    at,
    attempt,
    failure: failureSchema,
    /** The attempt ended with its worker, not with the provider. */
    interrupted: z.enum(INTERRUPTIONS).optional(),
    /** What the attempt used and cost, where it used anything: the router's waste, which no tenant pays. */
    usage: usageSchema.optional(),
    costNanoUsd: z.number().int().nonnegative().optional(),
  }),
  z.object({
    type: z.literal('terminal'),
    seq,
    at,
    /** The attempt whose text is shown; 0 = the job ended before any attempt. */
    attempt: z.number().int().nonnegative(),
    outcome: z.enum(OUTCOMES),
    finishReason: z.enum(FINISH_REASONS),
    usage: usageSchema.optional(),
    costNanoUsd: z.number().int().nonnegative().optional(),
    failure: failureSchema.optional(),
  }),
]);

export type JobEntry = z.infer<typeof jobEntrySchema>;
export type DeltaPart = z.infer<typeof deltaPartSchema>;
export type Interruption = (typeof INTERRUPTIONS)[number];
export type Outcome = (typeof OUTCOMES)[number];
export type TerminalEntry = Extract<JobEntry, { type: 'terminal' }>;
