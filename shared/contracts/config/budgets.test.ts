import { describe, expect, it } from 'vitest';
import { budgetSchema, budgetsOf, compileBudgets } from './budgets.ts';

const BUDGET = { id: 'b', window: 'day', limitUsd: 0.1 };

describe('a budget of the configuration', () => {
  it('is each tenant alone when it names none, with alerts at half and four fifths', () => {
    expect(compiled({ ...BUDGET })).toEqual({
      id: 'b',
      isPerKey: false,
      window: 'day',
      bucketMs: 1_440_000,
      limitNanoUsd: 100_000_000,
      alertAt: [0.5, 0.8],
    });
  });

  it('is each key alone when it names one or says so', () => {
    expect(compiled({ ...BUDGET, per: 'key' })?.isPerKey).toBe(true);
    expect(compiled({ ...BUDGET, tenant: 't', key: 'k' })?.isPerKey).toBe(true);
  });

  it.each([
    ['a key without its tenant', { key: 'k' }],
    ['a limit of nothing', { limitUsd: 0 }],
    ['an alert at the limit itself', { alertAt: [1] }],
    ['a window that it does not know', { window: 'week' }],
    ['a tenant that could not stand in a Redis key', { tenant: 'a:b' }],
    ['a webhook that is not HTTP', { webhookUrl: 'file:///etc/passwd' }],
  ])('is refused with %s', (_name, more) => {
    expect(budgetSchema.safeParse({ ...BUDGET, ...more }).success).toBe(false);
  });

  it('has an id of its own', () => {
    const budget = budgetSchema.parse(BUDGET);

    expect(compileBudgets([budget, budget])).toEqual({
      ok: false,
      error: 'budgets: two have the same id',
    });
  });

  it('does not apply to a key of the same name of another tenant', () => {
    const budget = compiled({ ...BUDGET, tenant: 't', key: 'k' });
    const budgets = budget === undefined ? [] : [budget];

    expect(budgetsOf(budgets, { tenantId: 't', keyId: 'k' })).toHaveLength(1);
    expect(budgetsOf(budgets, { tenantId: 'u', keyId: 'k' })).toHaveLength(0);
  });
});

function compiled(config: object) {
  const result = compileBudgets([budgetSchema.parse(config)]);
  return result.ok ? result.value[0] : undefined;
}
