import { Redis } from 'ioredis';
import { z } from 'zod';
import { type JobView, jobViewSchema } from '../../shared/contracts/http/job-view.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import type { Door } from './submit-batch.ts';

const VIEW_TIMEOUT_MS = 5_000;
const VIEWS_AT_ONCE = 8;

const ledgerRowSchema = z.object({ costNanoUsd: z.number() });

/** The views of jobs, in the order of the ids. */
export async function readViews(
  { url, apiKey }: Door,
  jobIds: readonly string[],
): Promise<readonly JobView[]> {
  const views = new Map<string, JobView>();
  const waiting = [...jobIds];
  const lane = async () => {
    for (let jobId = waiting.shift(); jobId !== undefined; jobId = waiting.shift()) {
      const response = await fetch(`${url}/v1/jobs/${jobId}`, {
        headers: { authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.timeout(VIEW_TIMEOUT_MS),
      });
      if (!response.ok) {
        throw new Error(`intake answered for job ${jobId} with status ${String(response.status)}`);
      }
      views.set(jobId, jobViewSchema.parse(await response.json()));
    }
  };
  await Promise.all(Array.from({ length: VIEWS_AT_ONCE }, lane));
  return jobIds.map((jobId) => views.get(jobId)).filter((view) => view !== undefined);
}

/** What the ledger booked, job id → nano-USD. It is read where it stands, in Redis, not through the product. */
export class LedgerReader {
  readonly #redis: Redis;
  readonly #tenantId: string;

  constructor(redisUrl: string, tenantId: string) {
    this.#redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
    this.#tenantId = tenantId;
  }

  /** `acceptedAtMs` tells the days to look at: the ledger is kept by the day of acceptance. */
  async read(
    jobIds: readonly string[],
    acceptedAtMs: readonly number[],
  ): Promise<ReadonlyMap<string, number>> {
    const days = new Set(
      acceptedAtMs.map((at) => new Date(at).toISOString().slice(0, 10).replaceAll('-', '')),
    );
    const booked = new Map<string, number>();
    for (const day of days) {
      const rows = await this.#redis.hmget(redisKeys.ledger(this.#tenantId, day), ...jobIds);
      for (const [index, row] of rows.entries()) {
        const jobId = jobIds[index];
        if (row === null || jobId === undefined) continue;
        const { costNanoUsd } = ledgerRowSchema.parse(JSON.parse(row));
        booked.set(jobId, (booked.get(jobId) ?? 0) + costNanoUsd);
      }
    }
    return booked;
  }

  close(): void {
    this.#redis.disconnect();
  }
}
