import { Redis } from 'ioredis';
import { z } from 'zod';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import { checkLog } from './checked-log.ts';
import { readAllLogs, readAllResults } from './stored-messages.ts';
import { waitUntil } from './wait-until.ts';

const rowSchema = z.object({
  costNanoUsd: z.number(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).optional(),
  outcome: z.string(),
});

export type LedgerRow = z.infer<typeof rowSchema>;

/** All rows of a tenant over all its days: job id and row. A job billed on two days comes twice. */
export async function readLedger(
  redisUrl: string,
  tenantId: string,
): Promise<[string, LedgerRow][]> {
  const redis = new Redis(redisUrl);
  try {
    const keys = await redis.keys(redisKeys.ledger(tenantId, '*'));
    const days = await Promise.all(keys.map((key) => redis.hgetall(key)));
    return days.flatMap((rows) =>
      Object.entries(rows).map(([jobId, json]): [string, LedgerRow] => [
        jobId,
        rowSchema.parse(JSON.parse(json)),
      ]),
    );
  } finally {
    redis.disconnect();
  }
}

/**
 * Each of the tenant's jobs must have one result message and one ledger row, for the cost that its log says (I7). The
 * row is written just after the result goes out, so it may come a moment later.
 */
export async function checkSettledOnce(
  { natsUrl, redisUrl }: { readonly natsUrl: string; readonly redisUrl: string },
  jobIds: readonly string[],
): Promise<void> {
  const logs = await readAllLogs(natsUrl);
  const expected = jobIds.map((jobId) => {
    const { terminal } = checkLog(jobId, logs.get(jobId) ?? []);
    return [jobId, terminal.costNanoUsd] as const;
  });
  const rows = await waitUntil(
    async () => {
      const found = await readLedger(redisUrl, 'default');
      return found.length >= jobIds.length && found;
    },
    { withinMs: 10_000, what: `${String(jobIds.length)} ledger rows` },
  );
  const results = await readAllResults(natsUrl);
  for (const [jobId, costNanoUsd] of expected) {
    const billed = rows.filter(([billedId]) => billedId === jobId);
    const announced = results.filter((result) => result.jobId === jobId);
    if (announced.length !== 1) throw new Error(`${jobId}: ${announced.length} results`);
    if (billed.length !== 1) throw new Error(`${jobId}: ${billed.length} ledger rows`);
    if (billed[0]?.[1].costNanoUsd !== costNanoUsd) throw new Error(`${jobId}: billed otherwise`);
  }
}
