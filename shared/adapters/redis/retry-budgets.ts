import type { Redis } from 'ioredis';
import { redisKeys } from '../../contracts/redis-keys.ts';
import { type BudgetRule, FAILOVER, SAME_PROVIDER } from '../../core/retry-budget.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Retry, RetryBudgets } from '../../ports/retry-budgets.ts';
import { LuaScript } from './lua-script.ts';

/** What succeeded is written down so often: a job costs no round trip for it. */
const WRITE_EVERY_MS = 250;

const FAILOVER_BUDGET = 'failover';

/** The budgets in Redis, on its clock: one for failover, one a provider for retries at the same place. */
export class RedisRetryBudgets implements RetryBudgets {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #script = new LuaScript('spend-retry');
  readonly #timer: NodeJS.Timeout;
  /** By budget; written and forgotten every quarter of a second. */
  readonly #earned = new Map<string, number>();

  /** `redis` stays the caller's to close. */
  constructor(redis: Redis, log: Logger) {
    this.#redis = redis;
    this.#log = log;
    this.#timer = setInterval(() => {
      this.#write();
    }, WRITE_EVERY_MS);
    this.#timer.unref();
  }

  spend({ kind, providerId, cost }: Retry): Promise<boolean> {
    return kind === 'same'
      ? this.#run(sameBudget(providerId), { rule: SAME_PROVIDER, earned: 0, cost })
      : this.#run(FAILOVER_BUDGET, { rule: FAILOVER, earned: 0, cost });
  }

  earn(providerId: string, amount: number): void {
    for (const budget of [sameBudget(providerId), FAILOVER_BUDGET]) {
      this.#earned.set(budget, (this.#earned.get(budget) ?? 0) + amount);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#write();
  }

  #write(): void {
    for (const [budget, earned] of this.#earned) {
      const rule = budget === FAILOVER_BUDGET ? FAILOVER : SAME_PROVIDER;
      this.#run(budget, { rule, earned, cost: 0 }).catch((error: unknown) => {
        this.#log.debug({ error: String(error) }, 'what was earned for retries is not written');
      });
    }
    this.#earned.clear();
  }

  async #run(
    budget: string,
    { rule, earned, cost }: { rule: BudgetRule; earned: number; cost: number },
  ): Promise<boolean> {
    const { capacity, reserve, perSecond } = rule;
    const args = [capacity, reserve, perSecond, earned, cost];
    return (await this.#script.run(this.#redis, [redisKeys.retryBudget(budget)], args)) === 1;
  }
}

function sameBudget(providerId: string): string {
  return `same:${providerId}`;
}
