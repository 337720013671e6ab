/** A retry that the router wants to make. */
export interface Retry {
  /** `same`: at the provider that failed; `failover`: elsewhere. */
  readonly kind: 'same' | 'failover';
  readonly providerId: string;
  readonly cost: number;
}

/** The retry budgets of the whole fleet. */
export interface RetryBudgets {
  /** Whether there is enough for it; then it is taken. */
  spend(retry: Retry): Promise<boolean>;
  /** A call succeeded. Gathered and written with the next ones: nothing waits for it. */
  earn(providerId: string, amount: number): void;
}
