import { z } from 'zod';
import { FINISH_REASONS } from '../../core/finish-reason.ts';
import { reasoningDetailSchema } from '../reasoning-detail.ts';
import { failureSchema, OUTCOMES, usageSchema } from './job-entry.ts';

export const toolCallSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** JSON text as the model wrote it. */
  arguments: z.string(),
});

export const answerSchema = z.object({
  text: z.string(),
  reasoning: z.string().optional(),
  /** To be sent back with this answer in the next turn: the provider may demand it. */
  reasoningDetails: z.array(reasoningDetailSchema).optional(),
  toolCalls: z.array(toolCallSchema),
  finishReason: z.enum(FINISH_REASONS),
});

/** The message of `result.<tenant>.<job>`: one a finished job, with the whole answer. */
export const jobResultSchema = z.object({
  jobId: z.string(),
  status: z.enum(OUTCOMES),
  deployment: z.string().optional(),
  /** Absent when the job ended without text, or when the answer is larger than a NATS message: then `truncated`. */
  result: answerSchema.optional(),
  truncated: z.boolean().optional(),
  usage: usageSchema.optional(),
  costNanoUsd: z.number().int().nonnegative().optional(),
  failure: failureSchema.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

export type Answer = z.infer<typeof answerSchema>;
export type ToolCall = z.infer<typeof toolCallSchema>;
export type JobResult = z.infer<typeof jobResultSchema>;
