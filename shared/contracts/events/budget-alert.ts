import { z } from 'zod';

/** The message of `alert.<tenant>.budget`, and the body of an alert's webhook. Money is whole nano-USD. */
export const budgetAlertSchema = z.object({
  type: z.literal('budget'),
  at: z.number().int().positive(),
  tenantId: z.string(),
  /** Present where every key has a budget of its own. */
  keyId: z.string().optional(),
  budgetId: z.string(),
  window: z.enum(['minute', 'hour', 'day', 'month']),
  /** The share of the limit that was reached. */
  share: z.number(),
  /** Booked, and reserved for jobs that have not ended. */
  usedNanoUsd: z.number(),
  limitNanoUsd: z.number(),
});

export type BudgetAlert = z.infer<typeof budgetAlertSchema>;
