import type { JobStore } from '../../shared/ports/job-store.ts';

/** Ids of the open jobs of a tenant, page by page, as the reconciler goes through them. */
export async function openJobs(store: JobStore, tenantId: string): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const page = await store.scanOpen(cursor);
    found.push(...page.jobs.filter((ref) => ref.tenantId === tenantId).map(({ jobId }) => jobId));
    cursor = page.cursor;
  } while (cursor !== '0');
  return found;
}
