import type { Redis } from 'ioredis';
import { z } from 'zod';
import { JOB_STATUSES, type JobSummary } from '../../contracts/http/job-view.ts';
import { redisKeys } from '../../contracts/redis-keys.ts';
import type { JobPage, ListOptions } from '../../ports/job-store.ts';

const FIELDS = ['status', 'model', 'acceptedAt', 'settled'] as const;

const summarySchema = z.tuple([
  z.enum(JOB_STATUSES),
  z.string(),
  z.coerce.number().int(),
  z.string().nullable(),
]);

const settledCostSchema = z.object({ result: z.object({ costNanoUsd: z.number().optional() }) });

/** Newest first. Job ids sort by time, so the last id of a page is the cursor of the next. */
export async function listJobs(
  redis: Redis,
  tenantId: string,
  options: ListOptions,
): Promise<JobPage> {
  const before = options.cursor === undefined ? '+' : `(${options.cursor}`;
  const key = redisKeys.tenantJobs(tenantId);
  const ids = await redis.zrevrangebylex(key, before, '-', 'LIMIT', 0, options.limit + 1);
  const page = ids.slice(0, options.limit);
  const found = await Promise.all(
    page.map(async (jobId) =>
      readSummary(jobId, await redis.hmget(redisKeys.job({ tenantId, jobId }), ...FIELDS)),
    ),
  );
  const last = page.at(-1);
  return {
    jobs: found.filter((summary) => summary !== undefined),
    ...(ids.length > options.limit && last !== undefined ? { nextCursor: last } : {}),
  };
}

/** Undefined when the record has outlived its retention and only the index still knows it. */
function readSummary(jobId: string, values: readonly (string | null)[]): JobSummary | undefined {
  if (values[0] === null) return undefined;
  const [status, model, acceptedAt, settled] = summarySchema.parse(values);
  const cost =
    settled === null ? undefined : settledCostSchema.parse(JSON.parse(settled)).result.costNanoUsd;
  return {
    jobId,
    status,
    model,
    acceptedAt,
    ...(cost === undefined ? {} : { costNanoUsd: cost }),
  };
}
