import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { RoutePlan } from '../../contracts/http/job-view.ts';
import { fromOpenMember, redisKeys, toOpenMember } from '../../contracts/redis-keys.ts';
import { type JobRef, oldestJobId } from '../../core/ids.ts';
import type {
  AcceptCommand,
  AcceptOutcome,
  JobPage,
  JobRecord,
  JobStore,
  ListOptions,
  SettledJob,
} from '../../ports/job-store.ts';
import {
  admissionArgs,
  reachedSchema,
  readReached,
  readRefusal,
  refusedSchema,
} from './admission-args.ts';
import { listJobs, STARTED_FIELD } from './job-list.ts';
import {
  PLAN_FIELDS,
  planField,
  RECORD_FIELDS,
  readJobRecord,
  readLastPlan,
} from './job-record.ts';
import { LuaScript } from './lua-script.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How long an idempotency key is remembered, whatever becomes of the job. */
const IDEMPOTENCY_TTL_MS = DAY_MS;

const OPEN_SCAN_COUNT = 500;

const acceptReplySchema = z.union([
  z.tuple([z.literal('created'), z.number(), z.number(), z.array(reachedSchema)]),
  z.tuple([z.literal('replayed'), z.string()]),
  z.tuple([z.literal('mismatch')]),
  refusedSchema,
]);

export interface JobStoreOptions {
  readonly jobHours: number;
  readonly ledgerDays: number;
}

export class RedisJobStore implements JobStore {
  readonly #redis: Redis;
  readonly #options: JobStoreOptions;
  readonly #accept = new LuaScript('accept-job', ['minute-window', 'budget-window']);
  readonly #abandon = new LuaScript('abandon-job', ['budget-window', 'holds']);
  readonly #settle = new LuaScript('settle-job', ['budget-window', 'holds']);
  readonly #replacePlan = new LuaScript('replace-plan');
  readonly #holdLease = new LuaScript('hold-lease');

  constructor(redis: Redis, options: JobStoreOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  async accept(command: AcceptCommand): Promise<AcceptOutcome> {
    const { ref, idempotency, admission } = command;
    const further = admissionArgs(command, admission);
    const keys = [
      redisKeys.job(ref),
      redisKeys.idempotency(ref.tenantId, idempotency?.keyDigest ?? 'none'),
      redisKeys.tenantJobs(ref.tenantId),
      redisKeys.openJobs(),
      ...further.keys,
    ];
    const kept = this.#options.jobHours * HOUR_MS + DAY_MS;
    const reply = acceptReplySchema.parse(
      await this.#accept.run(this.#redis, keys, [
        ref.jobId,
        toOpenMember(ref),
        idempotency?.fingerprint ?? '',
        IDEMPOTENCY_TTL_MS,
        command.deadlineMs,
        JSON.stringify(command.request),
        command.keyId,
        command.priority,
        command.request.model,
        oldestJobId(Date.now() - kept),
        ...further.args,
      ]),
    );
    switch (reply[0]) {
      case 'created': {
        const [, acceptedAtMs, deadlineAtMs, reached] = reply;
        const shares = reached.length === 0 ? {} : { reached: readReached(reached, admission) };
        return { kind: 'created', acceptedAtMs, deadlineAtMs, ...shares };
      }
      case 'replayed':
        return { kind: 'replayed', jobId: reply[1] };
      case 'mismatch':
        return { kind: 'mismatch' };
      case 'refused':
        return { kind: 'refused', refusal: readRefusal(reply, admission) };
    }
  }

  async abandon(ref: JobRef): Promise<void> {
    const keys = [redisKeys.job(ref), redisKeys.tenantJobs(ref.tenantId), redisKeys.openJobs()];
    await this.#abandon.run(this.#redis, keys, [ref.jobId, toOpenMember(ref)]);
  }

  async recordAccepted(ref: JobRef, acceptedSequence: number): Promise<void> {
    await this.#redis.hset(redisKeys.job(ref), 'acceptedSequence', acceptedSequence);
  }

  async get(ref: JobRef): Promise<JobRecord | undefined> {
    return readJobRecord(ref, await this.#redis.hmget(redisKeys.job(ref), ...RECORD_FIELDS));
  }

  async locate(ref: JobRef): Promise<{ readonly acceptedSequence: number } | undefined> {
    const sequence = await this.#redis.hget(redisKeys.job(ref), 'acceptedSequence');
    return sequence === null ? undefined : { acceptedSequence: Number(sequence) };
  }

  list(tenantId: string, options: ListOptions): Promise<JobPage> {
    return listJobs(this.#redis, tenantId, options);
  }

  async recordPlan(ref: JobRef, plan: RoutePlan): Promise<RoutePlan> {
    const key = redisKeys.job(ref);
    const field = planField(plan.attempt);
    const json = JSON.stringify(plan);
    if (plan.turn !== undefined) {
      const held = await this.#replacePlan.run(this.#redis, [key], [field, json, plan.turn]);
      return readLastPlan([z.string().parse(held)]) ?? plan;
    }
    if ((await this.#redis.hsetnx(key, field, json)) === 1) return plan;
    return readLastPlan([await this.#redis.hget(key, field)]) ?? plan;
  }

  async lastPlan(ref: JobRef): Promise<RoutePlan | undefined> {
    return readLastPlan(await this.#redis.hmget(redisKeys.job(ref), ...PLAN_FIELDS));
  }

  async start(ref: JobRef): Promise<JobRecord | undefined> {
    const key = redisKeys.job(ref);
    const [values] = await Promise.all([
      this.#redis.hmget(key, ...RECORD_FIELDS),
      this.#redis.hset(key, STARTED_FIELD, 1),
    ]);
    const record = readJobRecord(ref, values);
    if (record === undefined) await this.#redis.del(key);
    return record;
  }

  async settle(ref: JobRef, settled: SettledJob): Promise<boolean> {
    const { result, attempts, wasteNanoUsd = 0 } = settled;
    const day = new Date(settled.acceptedAtMs).toISOString().slice(0, 10).replaceAll('-', '');
    const row = {
      costNanoUsd: result.costNanoUsd,
      usage: result.usage,
      deployment: result.deployment,
      outcome: result.status,
    };
    const keys = [
      redisKeys.job(ref),
      redisKeys.openJobs(),
      redisKeys.ledger(ref.tenantId, day),
      redisKeys.waste(ref.tenantId, day),
    ];
    const reply = await this.#settle.run(this.#redis, keys, [
      toOpenMember(ref),
      JSON.stringify({ result, attempts }),
      this.#options.jobHours * HOUR_MS,
      ref.jobId,
      result.costNanoUsd === undefined ? '' : JSON.stringify(row),
      this.#options.ledgerDays * DAY_MS,
      result.costNanoUsd ?? 0,
      wasteNanoUsd === 0 ? '' : JSON.stringify({ costNanoUsd: wasteNanoUsd }),
    ]);
    return reply === 1;
  }

  async overdue(limit: number): Promise<readonly JobRef[]> {
    const now = await this.nowMs();
    const key = redisKeys.openJobs();
    const members = await this.#redis.zrangebyscore(key, '-inf', now, 'LIMIT', 0, limit);
    return members.map(fromOpenMember);
  }

  async scanOpen(cursor: string) {
    const key = redisKeys.openJobs();
    const [next, flat] = await this.#redis.zscan(key, cursor, 'COUNT', OPEN_SCAN_COUNT);
    return { cursor: next, jobs: flat.filter((_, index) => index % 2 === 0).map(fromOpenMember) };
  }

  async holdLease(name: string, holder: string, ttlMs: number): Promise<boolean> {
    const reply = await this.#holdLease.run(this.#redis, [redisKeys.lease(name)], [holder, ttlMs]);
    return reply === 1;
  }

  async nowMs(): Promise<number> {
    const [seconds, micros] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }
}
