/** Why an attempt or a job failed; the first ten are a provider's doing (wire-formats.md section 0). */
export const FAILURE_CLASSES = [
  'rate_limit',
  'overloaded',
  'server',
  'timeout',
  'auth',
  'insufficient_quota',
  'not_found',
  'context_length',
  'content_filter',
  'invalid_request',
  'poison',
  'deadline',
  'cancelled',
  'no_candidate',
  'budget',
  'policy',
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** An expected bad outcome, as data. `message` is ours or the provider's text, bounded, safe to show to the tenant. */
export interface Failure {
  readonly class: FailureClass;
  /** Whether the same call, made again later at the same provider, may succeed. */
  readonly retryable: boolean;
  /** How long the provider asked us to wait. Undefined: it did not say. */
  readonly retryAfterMs?: number | undefined;
  /** HTTP status of the provider's answer. Undefined: there was none. */
  readonly providerStatus?: number | undefined;
  readonly message: string;
}

/** What a class of failure allows: the data of wire-formats.md section 0, the only place it is written down. */
export interface FailureRule {
  /** The same deployment may be asked again. */
  readonly retrySame: boolean;
  /** Another deployment may be asked. */
  readonly failover: boolean;
  /**
   * What it says of the provider's health: `full` counts towards opening its breaker, `ratio` only in the share of
   * failures (it is busy, and asking less is the first cure), `never` is the caller's or the key's doing (DESIGN section 7).
   */
  readonly breaker: 'full' | 'ratio' | 'never';
}

const RULES: Record<FailureClass, FailureRule> = {
  rate_limit: { retrySame: true, failover: true, breaker: 'never' },
  overloaded: { retrySame: true, failover: true, breaker: 'ratio' },
  server: { retrySame: true, failover: true, breaker: 'full' },
  timeout: { retrySame: true, failover: true, breaker: 'full' },
  auth: { retrySame: false, failover: true, breaker: 'never' },
  insufficient_quota: { retrySame: false, failover: true, breaker: 'never' },
  not_found: { retrySame: false, failover: true, breaker: 'never' },
  context_length: { retrySame: false, failover: true, breaker: 'never' },
  content_filter: { retrySame: false, failover: false, breaker: 'never' },
  invalid_request: { retrySame: false, failover: false, breaker: 'never' },
  poison: { retrySame: false, failover: false, breaker: 'never' },
  deadline: { retrySame: false, failover: false, breaker: 'never' },
  cancelled: { retrySame: false, failover: false, breaker: 'never' },
  no_candidate: { retrySame: false, failover: false, breaker: 'never' },
  budget: { retrySame: false, failover: false, breaker: 'never' },
  policy: { retrySame: false, failover: false, breaker: 'never' },
};

/** Longest failure message that is kept, in characters: provider bodies can be whole HTML pages. */
export const MAX_FAILURE_MESSAGE = 500;

export function failureRule(failureClass: FailureClass): FailureRule {
  return RULES[failureClass];
}

/** Builds a failure whose `retryable` follows from its class. */
export function makeFailure(
  failureClass: FailureClass,
  message: string,
  detail: Pick<Failure, 'retryAfterMs' | 'providerStatus'> = {},
): Failure {
  return {
    class: failureClass,
    retryable: RULES[failureClass].retrySame,
    ...(detail.retryAfterMs === undefined ? {} : { retryAfterMs: detail.retryAfterMs }),
    ...(detail.providerStatus === undefined ? {} : { providerStatus: detail.providerStatus }),
    message: message.slice(0, MAX_FAILURE_MESSAGE),
  };
}
