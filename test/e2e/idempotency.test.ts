import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;

beforeAll(async () => {
  system = await startTestFleet();
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(system.fleet.sandbox?.url ?? '');
});

afterAll(async () => {
  await system.stop();
});

describe('an idempotency key', () => {
  const job = (tag: string) => jobOf(oraclePrompt({ deltas: 3, tag }));

  it('names the same job for the same body, also when it is over', async () => {
    const first = await intake.submit(job('idem'), 'key-1');
    await intake.end(first.jobId ?? '');

    const second = await intake.submit(job('idem'), 'key-1');

    expect(second).toEqual({ ...first, isReplay: true });
    expect(await witness.calls('idem')).toHaveLength(1);
  });

  it('is refused with another body', async () => {
    await intake.accept(job('idem-a'), 'key-2');

    const other = await intake.submit(job('idem-b'), 'key-2');

    expect(other.status).toBe(422);
    expect(other.problem?.code).toBe('idempotency_mismatch');
    expect(await witness.calls('idem-b')).toEqual([]);
  });

  it('of a refused request is not used up', async () => {
    const refused = await intake.submit({ model: 'auto', messages: [] }, 'key-3');

    const accepted = await intake.submit(job('idem-c'), 'key-3');

    expect(refused.status).toBe(422);
    expect(accepted.status).toBe(202);
    expect(accepted.isReplay).toBe(false);
  });

  it('makes one job of 50 twins at once', async () => {
    const twins = await Promise.all(
      Array.from({ length: 50 }, () => intake.submit(job('twins'), 'key-4')),
    );

    const jobIds = new Set(twins.map((twin) => twin.jobId));
    expect(twins.every((twin) => twin.status === 202)).toBe(true);
    expect(jobIds.size).toBe(1);
    expect(twins.filter((twin) => !twin.isReplay)).toHaveLength(1);
    const [jobId = ''] = jobIds;
    expect((await intake.end(jobId)).status).toBe('completed');
    expect(await witness.ended('twins')).toHaveLength(1);
  });
});
