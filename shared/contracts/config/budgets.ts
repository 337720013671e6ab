import { z } from 'zod';
import { BUCKET_MS, type BudgetPeriod } from '../../core/budget-window.ts';
import { SAFE_ID } from '../../core/ids.ts';
import { err, ok, type Result } from '../../core/result.ts';

/** Budgets and what a key may ask for: the parts of the configuration that protect from the inside (DESIGN section 4). */
const id = z.string().regex(SAFE_ID);

/** Money is added up in whole nano-USD as floating point, which is exact to 9 million USD. */
const MAX_LIMIT_USD = 1_000_000;

const NANO_USD_PER_USD = 1_000_000_000;

export const budgetSchema = z
  .strictObject({
    id,
    /** Whose money. Absent: every tenant has such a budget of its own. */
    tenant: id.optional(),
    /** One key of that tenant. Absent: as `per` says. */
    key: id.optional(),
    /** `tenant`: all keys of a tenant share it. `key`: every key has one of its own. */
    per: z.enum(['tenant', 'key']).default('tenant'),
    /** Rolling: the last 60 seconds, 60 minutes, 24 hours or 30 days. */
    window: z.enum(['minute', 'hour', 'day', 'month']),
    limitUsd: z.number().positive().max(MAX_LIMIT_USD),
    /** Shares of the limit, booked and reserved together, at which an alert goes out: once a window each. */
    alertAt: z.array(z.number().gt(0).lt(1)).max(8).default([0.5, 0.8]),
    /** Gets each alert as JSON by POST, beside `alert.<tenant>.budget` on NATS. */
    webhookUrl: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine((budget) => budget.key === undefined || budget.tenant !== undefined, {
    error: 'a budget of one key names its tenant too: key ids are those of a tenant',
  });

/** What one key may ask for. Absent: no limit of that kind. */
const keyLimitsSchema = z.strictObject({
  /** Accepted jobs in any 60 seconds. */
  requestsPerMinute: z.number().int().positive().optional(),
  /** Estimated tokens of the jobs accepted in any 60 seconds: input and expected answer. */
  tokensPerMinute: z.number().int().positive().optional(),
  /** Jobs without an end at once. */
  concurrentJobs: z.number().int().positive().optional(),
});

export const admissionSchema = z.strictObject({
  /** Jobs without an end in the whole system; past it new ones are refused with 503. */
  maxOpenJobs: z.number().int().positive().max(10_000_000).default(500_000),
  /** What every key may ask for, unless its tenant says otherwise. */
  perKey: keyLimitsSchema.default({}),
});

export const tenantSchema = z.strictObject({
  id,
  /** What each key of this tenant may ask for, in place of `admission.perKey` as a whole. */
  perKey: keyLimitsSchema.optional(),
});

export type BudgetConfig = z.infer<typeof budgetSchema>;
export type KeyLimits = z.infer<typeof keyLimitsSchema>;

/** A budget, compiled. */
export interface Budget {
  readonly id: string;
  readonly tenant?: string;
  readonly key?: string;
  readonly isPerKey: boolean;
  readonly window: BudgetPeriod;
  readonly bucketMs: number;
  readonly limitNanoUsd: number;
  /** Ascending. */
  readonly alertAt: readonly number[];
  readonly webhookUrl?: string;
}

export function compileBudgets(budgets: readonly BudgetConfig[]): Result<Budget[], string> {
  if (new Set(budgets.map((one) => one.id)).size !== budgets.length) {
    return err('budgets: two have the same id');
  }
  return ok(budgets.map(compileBudget));
}

/** The budgets that a job of this key draws on. */
export function budgetsOf(
  budgets: readonly Budget[],
  { tenantId, keyId }: { readonly tenantId: string; readonly keyId: string },
): readonly Budget[] {
  return budgets.filter(
    ({ tenant = tenantId, key = keyId }) => tenant === tenantId && key === keyId,
  );
}

function compileBudget(config: BudgetConfig): Budget {
  const { id: budgetId, tenant, key, window, webhookUrl } = config;
  return {
    id: budgetId,
    ...(tenant === undefined ? {} : { tenant }),
    ...(key === undefined ? {} : { key }),
    isPerKey: key !== undefined || config.per === 'key',
    window,
    bucketMs: BUCKET_MS[window],
    limitNanoUsd: Math.floor(config.limitUsd * NANO_USD_PER_USD),
    alertAt: [...new Set(config.alertAt)].toSorted((a, b) => a - b),
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
  };
}
