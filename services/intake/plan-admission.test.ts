import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import type { Refusal } from '../../shared/ports/admission.ts';
import { ACCEPTED_AT_MS, aCatalogue, aRequest } from '../../test/support/builders.ts';
import { planAdmission, problemOfRefusal } from './plan-admission.ts';

const CHEAP = { id: 'one/cheap', provider: 'one', model: 'cheap', prices: [aPrice(1, 2)] };
const DEAR = { id: 'two/dear', provider: 'two', model: 'dear', prices: [aPrice(10, 50)] };
const UNPRICED = { id: 'one/new', provider: 'one', model: 'new' };
const BUDGET = { id: 'all', window: 'day', limitUsd: 1 };
const HOUR_MS = 3_600_000;

describe('what a job must be covered by', () => {
  it('is only the bound of the system for a key without budgets and limits', () => {
    expect(plan({ deployments: [CHEAP] })).toEqual({
      ok: true,
      value: { maxOpenJobs: 500_000 },
    });
  });

  it('is what the dearest deployment that may serve it can charge', () => {
    const deployments = [CHEAP, DEAR];
    const any = amountOf({ deployments });
    const cheap = amountOf({ deployments }, { routing: { allow: ['one'] } });
    const denied = amountOf({ deployments }, { routing: { deny: ['dear'] } });
    const output = 1_000 * 50_000;

    expect(any).toBeGreaterThan(output);
    expect(any).toBeLessThan(output + 300 * 10_000);
    expect(cheap).toBeLessThan(1_000 * 2_000 + 300 * 1_000);
    expect(denied).toBe(cheap);
  });

  it('covers the longest answer where the request names none: the bound of the model, or its window', () => {
    const bounded = { ...CHEAP, maxOutputTokens: 5_000 };
    const open = { ...CHEAP, contextWindow: 20_000 };

    expect(amountOf({ deployments: [bounded] }, { maxTokens: undefined })).toBeGreaterThanOrEqual(
      5_000 * 2_000,
    );
    expect(amountOf({ deployments: [open] }, { maxTokens: undefined })).toBeGreaterThanOrEqual(
      20_000 * 2_000,
    );
  });

  it('counts a token a byte, thinking on top and an image at its dearest', () => {
    const deployments = [CHEAP];
    const plain = amountOf({ deployments });
    const long = amountOf(
      { deployments },
      { messages: [{ role: 'user', content: `Why is the sky blue?${'語'.repeat(100)}` }] },
    );
    const thinking = amountOf({ deployments }, { reasoning: { budgetTokens: 2_000 } });
    const seen = amountOf(
      { deployments },
      { messages: [{ role: 'user', content: [{ type: 'image', url: anImage(50_000) }] }] },
    );

    expect(long - plain).toBe(300 * 1_000);
    expect(thinking - plain).toBe(2_000 * 2_000);
    expect(seen - plain).toBeGreaterThan(5_000 * 1_000);
    expect(seen - plain).toBeLessThan(7_000 * 1_000);
  });

  it('is the cap where a price is not known or ends before the deadline', () => {
    const ending = { ...CHEAP, prices: [{ ...aPrice(1, 2), to: '2026-11-23' }] };
    const unknown = amountOf({ deployments: [UNPRICED] });

    expect(unknown).toBeGreaterThanOrEqual(1_000 * 75_000);
    expect(amountOf({ deployments: [ending] }, {}, HOUR_MS)).toBeLessThan(unknown);
    expect(amountOf({ deployments: [ending] }, {}, 24 * HOUR_MS)).toBe(unknown);
  });

  it('refuses a job whose every price is unknown, where unknown prices are refused', () => {
    const routing = { unknownPrice: 'refuse' };
    const refused = plan({ deployments: [UNPRICED], budgets: [BUDGET], routing });

    expect(refused).toMatchObject({ ok: false, error: { code: 'no_candidate' } });
    expect(amountOf({ deployments: [UNPRICED, CHEAP], routing })).toBeLessThan(75_000_000);
  });

  it('draws on the budgets of its tenant and key alone', () => {
    const budgets = [
      { ...BUDGET, id: 'of-all' },
      { ...BUDGET, id: 'mine', tenant: 't1' },
      { ...BUDGET, id: 'my-key', tenant: 't1', key: 'k1' },
      { ...BUDGET, id: 'my-other-key', tenant: 't1', key: 'k2' },
      { ...BUDGET, id: 'another', tenant: 't2' },
    ];
    const planned = plan({ deployments: [CHEAP], budgets });

    const drawn = planned.ok ? planned.value.reservation?.budgets.map(({ id }) => id) : [];
    expect(drawn).toEqual(['of-all', 'mine', 'my-key']);
  });

  it('holds a key to its own limits, those of its tenant in place of those of all', () => {
    const admission = { perKey: { requestsPerMinute: 5, concurrentJobs: 5 } };
    const tenants = [{ id: 't1', perKey: { tokensPerMinute: 9_000 } }];
    const deployments = [CHEAP];

    expect(plan({ deployments, admission })).toMatchObject({
      value: { key: { limits: admission.perKey } },
    });
    const own = plan({ deployments, admission, tenants });
    const key = own.ok ? own.value.key : undefined;
    expect(key?.limits).toEqual({ tokensPerMinute: 9_000 });
    expect(key?.tokens).toBeGreaterThan(1_000);
    expect(key?.tokens).toBeLessThan(1_050);
  });
});

describe('a refusal', () => {
  const admission = { maxOpenJobs: 1, reservation: { amountNanoUsd: 2_500_000_000, budgets: [] } };
  const budgets = aCatalogue({ deployments: [CHEAP], budgets: [BUDGET] }).budgets;

  it.each<[Refusal, string, number]>([
    [{ by: 'open-jobs', waitMs: 7_000 }, 'overloaded', 503],
    [{ by: 'concurrent-jobs', waitMs: 7_000 }, 'key_limit', 429],
    [{ by: 'minute', waitMs: 7_000 }, 'key_limit', 429],
    ...budgets.map((budget): [Refusal, string, number] => [
      { by: 'budget', budget, waitMs: 7_000 },
      'budget_exceeded',
      402,
    ]),
  ])('by $by is a problem of its own and says when to come back', (refusal, code, status) => {
    expect(problemOfRefusal(refusal, admission)).toMatchObject({
      code,
      status,
      retryAfterMs: 7_000,
    });
  });

  it.each(budgets)('by a budget too small for the job says what to change, not when', (budget) => {
    const refused = problemOfRefusal({ by: 'budget', budget }, admission);

    expect(refused.retryAfterMs).toBeUndefined();
    expect(refused.detail).toContain('2.5 USD');
    expect(refused.detail).toContain('maxTokens');
  });
});

function plan(document: object, request: Partial<JobRequest> = {}, deadlineMs = HOUR_MS) {
  return planAdmission({
    catalogue: aCatalogue({ ...document }),
    principal: { tenantId: 't1', keyId: 'k1' },
    request: aRequest({ maxTokens: 1_000, ...request }),
    deadlineMs,
    nowMs: ACCEPTED_AT_MS,
  });
}

function amountOf(document: object, request: Partial<JobRequest> = {}, deadlineMs = HOUR_MS) {
  const planned = plan({ budgets: [BUDGET], ...document }, request, deadlineMs);
  if (!planned.ok || planned.value.reservation === undefined) throw new Error('nothing reserved');
  return planned.value.reservation.amountNanoUsd;
}

function aPrice(input: number, output: number) {
  return { from: '2026-01-01', input, output };
}

function anImage(bytes: number): string {
  return `data:image/png;base64,${'A'.repeat(bytes)}`;
}
