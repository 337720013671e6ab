import { describe, expect, it } from 'vitest';
import type { RoutePlan } from '../../shared/contracts/http/job-view.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { AcceptCommand, JobStore } from '../../shared/ports/job-store.ts';
import { anAcceptCommand, aRequest, aResult, newRef } from '../support/builders.ts';
import { openJobs } from '../support/open-jobs.ts';

const CLAIM = { keyDigest: 'a'.repeat(64), fingerprint: 'f'.repeat(64) };

/** What every job store owes its users. `store` is asked for when the tests run. */
export function describeJobStore(name: string, store: () => JobStore): void {
  describe(`accepting a job in the store of ${name}`, () => {
    it('writes a record that reads back as it was', async () => {
      const ref = newRef();
      const request = aRequest({ metadata: { order: 'é😀' }, delivery: { priority: 'batch' } });
      const beforeMs = await store().nowMs();

      const outcome = await accept(store(), ref, { request, priority: 'batch', deadlineMs: 5_000 });

      const record = await store().get(ref);
      const acceptedAtMs = outcome.kind === 'created' ? outcome.acceptedAtMs : 0;
      expect(outcome).toEqual({
        kind: 'created',
        acceptedAtMs,
        deadlineAtMs: acceptedAtMs + 5_000,
      });
      expect(acceptedAtMs).toBeGreaterThanOrEqual(beforeMs);
      expect(record).toEqual({
        ref,
        request,
        keyId: 'key-1',
        priority: 'batch',
        acceptedAtMs,
        deadlineAtMs: acceptedAtMs + 5_000,
        acceptedSequence: 0,
      });
    });

    it('answers a repeat of the key with the first job, and another body with a mismatch', async () => {
      const ref = newRef();
      const twin = newRef(ref.tenantId);
      await accept(store(), ref, { idempotency: CLAIM });

      const replay = await accept(store(), twin, { idempotency: CLAIM });
      const mismatch = await accept(store(), twin, {
        idempotency: { ...CLAIM, fingerprint: '0'.repeat(64) },
      });

      expect(replay).toEqual({ kind: 'replayed', jobId: ref.jobId });
      expect(mismatch).toEqual({ kind: 'mismatch' });
      expect(await store().get(twin)).toBeUndefined();
    });

    it('keeps the keys of two tenants apart', async () => {
      await accept(store(), newRef(), { idempotency: CLAIM });

      const outcome = await accept(store(), newRef(), { idempotency: CLAIM });

      expect(outcome.kind).toBe('created');
    });

    it('makes one job of fifty twins at once', async () => {
      const { tenantId } = newRef();
      const twins = Array.from({ length: 50 }, () => newRef(tenantId));

      const outcomes = await Promise.all(
        twins.map((ref) => accept(store(), ref, { idempotency: CLAIM })),
      );

      const { jobs } = await store().list(tenantId, { limit: 100 });
      const replayed = outcomes.filter((outcome) => outcome.kind === 'replayed');
      expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
      expect(jobs).toHaveLength(1);
      expect(new Set(replayed.map(({ jobId }) => jobId))).toEqual(new Set([jobs[0]?.jobId]));
      expect(replayed).toHaveLength(49);
    });

    it('leaves nothing behind of a job that is abandoned: its key can be used again', async () => {
      const ref = newRef();
      await accept(store(), ref, { idempotency: CLAIM });

      await store().abandon(ref);

      const open = await openJobs(store(), ref.tenantId);
      const again = await accept(store(), newRef(ref.tenantId), { idempotency: CLAIM });
      expect(await store().get(ref)).toBeUndefined();
      expect(await store().locate(ref)).toBeUndefined();
      expect(open).toEqual([]);
      expect(again.kind).toBe('created');
    });

    it('notes where the log of the job begins', async () => {
      const ref = newRef();
      await accept(store(), ref);
      const before = await store().locate(ref);

      await store().recordAccepted(ref, 77);

      expect(before?.acceptedSequence).toBe(0);
      expect((await store().locate(ref))?.acceptedSequence).toBe(77);
      expect((await store().get(ref))?.acceptedSequence).toBe(77);
    });
  });

  describe(`the plans in the store of ${name}`, () => {
    it('are written once for each attempt; a second decision is answered with the first', async () => {
      const ref = newRef();
      await accept(store(), ref);

      const answers = [
        await store().recordPlan(ref, aPlan(1, 'one/a')),
        await store().recordPlan(ref, aPlan(1, 'two/b')),
        await store().recordPlan(ref, aPlan(2, 'two/b')),
        await store().recordPlan(ref, aPlan(1, 'two/b')),
      ];

      expect(answers.map(({ choice }) => choice)).toEqual(['one/a', 'one/a', 'two/b', 'one/a']);
      expect(await store().lastPlan(ref)).toEqual(aPlan(2, 'two/b'));
      expect((await store().get(ref))?.plan).toEqual(aPlan(2, 'two/b'));
    });

    it('are decided anew, once, for an attempt that was given back', async () => {
      const ref = newRef();
      await accept(store(), ref);
      await store().recordPlan(ref, aPlan(1, 'one/a'));

      const answers = [
        await store().recordPlan(ref, { ...aPlan(1, 'two/b'), turn: 1 }),
        await store().recordPlan(ref, { ...aPlan(1, 'one/a'), turn: 1 }),
        await store().recordPlan(ref, aPlan(1, 'one/a')),
      ];

      expect(answers.map(({ choice }) => choice)).toEqual(['two/b', 'two/b', 'two/b']);
      expect(await store().lastPlan(ref)).toEqual({ ...aPlan(1, 'two/b'), turn: 1 });
    });

    it('do not exist before the first', async () => {
      const ref = newRef();
      await accept(store(), ref);

      expect(await store().lastPlan(ref)).toBeUndefined();
      expect(await store().get(ref)).not.toHaveProperty('plan');
    });
  });

  describe(`settling in the store of ${name}`, () => {
    it('happens once: every repeat is told so and changes nothing', async () => {
      const ref = newRef();
      await accept(store(), ref);
      const acceptedAtMs = (await store().get(ref))?.acceptedAtMs ?? 0;
      const first = { acceptedAtMs, result: aResult(ref), attempts: [] };

      const answers = await Promise.all(
        [first, first, { ...first, result: aResult(ref, { costNanoUsd: 9 }) }].map((end) =>
          store().settle(ref, end),
        ),
      );

      const record = await store().get(ref);
      expect(answers).toEqual([true, false, false]);
      expect(record?.settled).toEqual({ result: aResult(ref), attempts: [] });
      expect(await openJobs(store(), ref.tenantId)).toEqual([]);
    });

    it('settles nothing that was never accepted', async () => {
      const ref = newRef();

      const isSettled = await store().settle(ref, {
        acceptedAtMs: 1_000,
        result: aResult(ref),
        attempts: [],
      });

      expect(isSettled).toBe(false);
      expect(await store().get(ref)).toBeUndefined();
    });

    it('shows the job as queued, then running, then as it ended, also to a late start', async () => {
      const ref = newRef();
      await accept(store(), ref);
      const queued = await statusOf(store(), ref);
      const started = await store().start(ref);
      const running = await statusOf(store(), ref);
      await store().settle(ref, { acceptedAtMs: 1_000, result: aResult(ref), attempts: [] });

      const late = await store().start(ref);

      expect([queued, running, await statusOf(store(), ref)]).toEqual([
        'queued',
        'running',
        'completed',
      ]);
      expect(started).toMatchObject({ ref, keyId: 'key-1' });
      expect(late?.settled).toBeDefined();
    });
  });
}

function accept(store: JobStore, ref: JobRef, command: Partial<AcceptCommand> = {}) {
  return store.accept(anAcceptCommand(ref, command));
}

async function statusOf(store: JobStore, ref: JobRef): Promise<string | undefined> {
  const { jobs } = await store.list(ref.tenantId, { limit: 1 });
  return jobs[0]?.status;
}

function aPlan(attempt: number, choice: string): RoutePlan {
  return { attempt, configVersion: 'v1', choice, reason: 'because', candidates: [] };
}
