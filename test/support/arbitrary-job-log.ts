import fc from 'fast-check';
import type { DeltaPart, JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { FAILURE_CLASSES } from '../../shared/core/failure.ts';
import { accepted, attempt, delta, failed, terminal } from './builders.ts';

const REF = { tenantId: 'tenant', jobId: 'job' };

const part: fc.Arbitrary<DeltaPart> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: fc.string({ minLength: 1 }) }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string({ minLength: 1 }) }),
  fc.record(
    {
      type: fc.constant('toolCall' as const),
      index: fc.nat(2),
      id: fc.string(),
      name: fc.string(),
      arguments: fc.string(),
    },
    { requiredKeys: ['type', 'index'] },
  ),
);

/** What happens during one attempt: a step is the parts of a delta, or how far back a reset goes (0 to 1). */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
);

const oneAttempt = fc.record({
  steps: fc.array(step, { maxLength: 8 }),
  failure: fc.constantFrom(...FAILURE_CLASSES),
});

/** Any log that Switchyard can write: gapless, attempts in order, at most one terminal entry and that last. */
export const arbitraryJobLog: fc.Arbitrary<JobEntry[]> = fc
  .record({ attempts: fc.array(oneAttempt, { maxLength: 4 }), isClosed: fc.boolean() })
  .map(({ attempts, isClosed }) => {
    const log: JobEntry[] = [accepted(REF)];
    const next = () => log.length + 1;
    for (const [index, { steps, failure }] of attempts.entries()) {
      const number = index + 1;
      const isLast = number === attempts.length;
      log.push(attempt(next(), number));
      for (const one of steps) {
        if (typeof one !== 'number') log.push(delta(next(), one, number));
        else {
          const keepTo = Math.floor(one * log.length);
          log.push({ type: 'reset', seq: next(), attempt: number, keepTo });
        }
      }
      if (!isLast) log.push(failed(next(), failure, number));
    }
    if (isClosed) log.push(terminal(next(), { attempt: attempts.length }));
    return log;
  });
