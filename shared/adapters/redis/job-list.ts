import type { Redis } from 'ioredis';
import { z } from 'zod';
import { OUTCOMES } from '../../contracts/events/job-entry.ts';
import type { JobSummary } from '../../contracts/http/job-view.ts';
import { redisKeys } from '../../contracts/redis-keys.ts';
import type { JobPage, ListOptions } from '../../ports/job-store.ts';

/** Written when a worker first takes the job. */
export const STARTED_FIELD = 'started';

const FIELDS = ['model', 'acceptedAt', STARTED_FIELD, 'settled'] as const;

const summarySchema = z.tuple([
  z.string(),
  z.coerce.number().int(),
  z.string().nullable(),
  z.string().nullable(),
]);

const endSchema = z.object({
  result: z.object({ status: z.enum(OUTCOMES), costNanoUsd: z.number().optional() }),
});

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
  const [model, acceptedAt, started, settled] = summarySchema.parse(values);
  const frame = { jobId, model, acceptedAt };
  if (settled === null) return { ...frame, status: started === null ? 'queued' : 'running' };
  const { status, costNanoUsd } = endSchema.parse(JSON.parse(settled)).result;
  return { ...frame, status, ...(costNanoUsd === undefined ? {} : { costNanoUsd }) };
}
