import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobRefOfSubject, natsSubjects } from './nats-subjects.ts';

const safeId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const anyRef = fc.record({ tenantId: safeId, jobId: safeId });

describe('the subjects of a job', () => {
  it.each(['log', 'result', 'cancel'] as const)('lead from its %s subject back to it', (kind) => {
    fc.assert(
      fc.property(anyRef, (ref) => {
        expect(jobRefOfSubject(natsSubjects[kind](ref))).toEqual(ref);
      }),
    );
  });

  it('lead from the subject of its live hints, which the log republishes, back to it', () => {
    fc.assert(
      fc.property(anyRef, (ref) => {
        const live = natsSubjects.log(ref).replace(/^log\./, 'live.');

        expect(jobRefOfSubject(live)).toEqual(ref);
      }),
    );
  });

  it('are different for different jobs and tenants', () => {
    fc.assert(
      fc.property(anyRef, anyRef, (ref, other) => {
        const isSame = ref.tenantId === other.tenantId && ref.jobId === other.jobId;

        expect(natsSubjects.log(ref) === natsSubjects.log(other)).toBe(isSame);
      }),
    );
  });
});
