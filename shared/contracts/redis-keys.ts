import type { JobRef } from '../core/ids.ts';

/**
 * Every Redis key of ours. All share one hash tag, so that a script may touch several of them, and BullMQ's keys too,
 * on a cluster (infra.md 9.1). The tenant is always part of a key that belongs to one.
 */
export const REDIS_PREFIX = '{sy}';

export const redisKeys = {
  job: (ref: JobRef): string => `${REDIS_PREFIX}:job:${ref.tenantId}:${ref.jobId}`,
  /** Idempotency claims; `digest` is the SHA-256 of the client's key, so that no client text reaches a key. */
  idempotency: (tenantId: string, digest: string): string =>
    `${REDIS_PREFIX}:idem:${tenantId}:${digest}`,
  /** Sorted set: job ids of a tenant by acceptance time. */
  tenantJobs: (tenantId: string): string => `${REDIS_PREFIX}:jobs-of:${tenantId}`,
  /** Sorted set: `<tenant>/<job>` of every job without a settled end, by deadline. */
  openJobs: (): string => `${REDIS_PREFIX}:open`,
  /** Hash: one row a billed job, by tenant and day of acceptance. */
  ledger: (tenantId: string, day: string): string => `${REDIS_PREFIX}:ledger:${tenantId}:${day}`,
  apiKey: (digest: string): string => `${REDIS_PREFIX}:api-key:${digest}`,
  /** One-use tickets for browser sockets. */
  ticket: (digest: string): string => `${REDIS_PREFIX}:ticket:${digest}`,
  /** Hash: calls and tokens of a provider by second, for the last minute. */
  minute: (providerId: string): string => `${REDIS_PREFIX}:minute:${providerId}`,
  /** Hash: what is left of a budget of retries, the fleet's or a provider's. */
  retryBudget: (budget: string): string => `${REDIS_PREFIX}:retries:${budget}`,
  /** State of one breaker; the scope is made by us (breaker-scope.ts). */
  breaker: (scope: string): string => `${REDIS_PREFIX}:breaker:${scope}`,
  /** Hash: the breakers that are not closed, by scope. */
  breakers: (): string => `${REDIS_PREFIX}:breakers`,
  /** As `minute`, of the jobs that a key submits. */
  keyMinute: (tenantId: string, keyId: string): string =>
    `${REDIS_PREFIX}:key-minute:${tenantId}:${keyId}`,
  /** Hash: `open` = jobs of a key without an end. */
  keyOpen: (tenantId: string, keyId: string): string =>
    `${REDIS_PREFIX}:key-open:${tenantId}:${keyId}`,
  /** Hash: one budget's window; `scope` = the tenant, or `<tenant>:<key>` where every key has its own. */
  budget: (name: { id: string; window: string; scope: string }): string =>
    `${REDIS_PREFIX}:budget:${name.id}:${name.window}:${name.scope}`,
  /** Hash: one row a job whose attempts cost something that its tenant does not pay, by tenant and day of acceptance. */
  waste: (tenantId: string, day: string): string => `${REDIS_PREFIX}:waste:${tenantId}:${day}`,
  lease: (name: string): string => `${REDIS_PREFIX}:lease:${name}`,
} as const;

/** BullMQ queue names. BullMQ puts `REDIS_PREFIX` in front of them. */
export const queueNames = {
  jobs: 'jobs',
  provider: (providerId: string): string => `provider.${providerId}`,
} as const;

/** Member of the open set, and back. Ids hold no slash. */
export function toOpenMember(ref: JobRef): string {
  return `${ref.tenantId}/${ref.jobId}`;
}

export function fromOpenMember(member: string): JobRef {
  const slash = member.indexOf('/');
  return { tenantId: member.slice(0, slash), jobId: member.slice(slash + 1) };
}
