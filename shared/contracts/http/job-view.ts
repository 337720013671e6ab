import { z } from 'zod';
import { failureSchema, INTERRUPTIONS, usageSchema } from '../events/job-entry.ts';
import { answerSchema } from '../events/job-result.ts';

export const JOB_STATUSES = [
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/** Why a deployment was kept or dropped for a job, with what it was expected to cost. */
export const candidateSchema = z.object({
  deployment: z.string(),
  kept: z.boolean(),
  reasons: z.array(z.string()),
  expectedCostUsd: z.number().optional(),
});

/** One routing decision: the pick for one attempt, and all that was weighed. */
export const routePlanSchema = z.object({
  attempt: z.number().int().positive(),
  /** How often the attempt was given back before it began and decided again. Absent: never. */
  turn: z.number().int().positive().optional(),
  configVersion: z.string(),
  choice: z.string().optional(),
  reason: z.string(),
  candidates: z.array(candidateSchema),
});

export const attemptViewSchema = z.object({
  attempt: z.number().int().positive(),
  deployment: z.string(),
  startedAt: z.number().int(),
  firstTokenAt: z.number().int().optional(),
  endedAt: z.number().int().optional(),
  failure: failureSchema.optional(),
  /** It ended with its worker, not with the provider. */
  interrupted: z.enum(INTERRUPTIONS).optional(),
});

/** `GET /v1/jobs/:id`. */
export const jobViewSchema = z.object({
  jobId: z.string(),
  status: z.enum(JOB_STATUSES),
  /** As the client asked for it. */
  model: z.string(),
  acceptedAt: z.number().int(),
  deadlineAt: z.number().int(),
  plan: routePlanSchema.optional(),
  attempts: z.array(attemptViewSchema),
  result: answerSchema.optional(),
  usage: usageSchema.optional(),
  costNanoUsd: z.number().int().optional(),
  failure: failureSchema.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

/** One line of `GET /v1/jobs`. */
export const jobSummarySchema = jobViewSchema.pick({
  jobId: true,
  status: true,
  model: true,
  acceptedAt: true,
  costNanoUsd: true,
});

export type Candidate = z.infer<typeof candidateSchema>;
export type RoutePlan = z.infer<typeof routePlanSchema>;
export type AttemptView = z.infer<typeof attemptViewSchema>;
export type JobView = z.infer<typeof jobViewSchema>;
export type JobSummary = z.infer<typeof jobSummarySchema>;
