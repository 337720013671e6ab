import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type JobRef, makeJobId } from '../../shared/core/ids.ts';
import type { AcceptCommand, JobStore } from '../../shared/ports/job-store.ts';
import { anAcceptCommand, aResult, newRef } from '../support/builders.ts';
import { openJobs } from '../support/open-jobs.ts';
import { waitUntil } from '../support/wait-until.ts';

/** What every job store owes those who look for jobs and who share work. */
export function describeJobIndex(name: string, store: () => JobStore): void {
  describe(`looking through the store of ${name}`, () => {
    it('lists the jobs of a tenant, newest first, in pages without a gap or a repeat', async () => {
      const { tenantId } = newRef();
      const nowMs = Date.now();
      const ids = Array.from({ length: 25 }, (_, index) => makeJobId(nowMs + index, randomUUID));
      for (const jobId of ids) await accept(store(), { tenantId, jobId });
      await accept(store(), newRef());
      const pages: string[][] = [];

      let cursor: string | undefined;
      do {
        const page = await store().list(tenantId, { limit: 10, ...(cursor ? { cursor } : {}) });
        pages.push(page.jobs.map(({ jobId }) => jobId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);

      expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
      expect(pages.flat()).toEqual(ids.toReversed());
    });

    it('shows what a job cost once it is settled', async () => {
      const ref = newRef();
      await accept(store(), ref);
      await store().settle(ref, { acceptedAtMs: 1_000, result: aResult(ref), attempts: [] });

      const { jobs } = await store().list(ref.tenantId, { limit: 10 });

      const acceptedAt = (await store().get(ref))?.acceptedAtMs;
      expect(jobs).toEqual([
        { jobId: ref.jobId, status: 'completed', model: 'auto', acceptedAt, costNanoUsd: 5 },
      ]);
    });

    it('names open jobs past their deadline, oldest first, and no others', async () => {
      const { tenantId } = newRef();
      const later = newRef(tenantId);
      const sooner = newRef(tenantId);
      const settled = newRef(tenantId);
      await accept(store(), later, { deadlineMs: 60 });
      await accept(store(), sooner, { deadlineMs: 10 });
      await accept(store(), settled, { deadlineMs: 10 });
      await accept(store(), newRef(tenantId), { deadlineMs: 600_000 });
      const result = aResult(settled);
      await store().settle(settled, { acceptedAtMs: 1_000, result, attempts: [] });

      const overdue = await waitUntil(
        async () => {
          const all = (await store().overdue(100_000)).filter((ref) => ref.tenantId === tenantId);
          return all.length >= 2 && all;
        },
        { withinMs: 2_000, what: 'two jobs are overdue' },
      );

      expect(overdue).toEqual([sooner, later]);
      expect(await store().overdue(1)).toHaveLength(1);
    });

    it('goes through all open jobs page by page', async () => {
      const { tenantId } = newRef();
      const refs = Array.from({ length: 1_200 }, (_, index) => ({ tenantId, jobId: `j${index}` }));
      await Promise.all(refs.map((ref) => accept(store(), ref)));

      const open = await openJobs(store(), tenantId);

      expect(new Set(open)).toEqual(new Set(refs.map(({ jobId }) => jobId)));
    });
  });

  describe(`a lease of the store of ${name}`, () => {
    it('has one holder, who can renew it, until its time is up', async () => {
      const { jobId: lease } = newRef();

      const first = await store().holdLease(lease, 'one', 500);
      const other = await store().holdLease(lease, 'two', 500);
      const renewed = await store().holdLease(lease, 'one', 100);
      const taken = await waitUntil(() => store().holdLease(lease, 'two', 500), {
        withinMs: 2_000,
        what: 'the lease is free again',
      });

      expect([first, other, renewed, taken]).toEqual([true, false, true, true]);
      expect(await store().holdLease(lease, 'one', 500)).toBe(false);
    });

    it('goes to one of many who ask at once', async () => {
      const { jobId: lease } = newRef();

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store().holdLease(lease, `h${index}`, 5_000)),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
    });
  });
}

function accept(store: JobStore, ref: JobRef, command: Partial<AcceptCommand> = {}) {
  return store.accept(anAcceptCommand(ref, command));
}
