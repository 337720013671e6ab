import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/sandbox/server.ts';
import { EventRecorder } from '../support/event-recorder.ts';
import {
  type FaultConfig,
  REFUSED_DEPLOYMENT,
  REFUSED_GROUP,
  writeFaultConfig,
} from '../support/fault-config.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt, oracleText, readOracle } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { readSse } from '../support/sse-events.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

const TOKENS = 30;
const MAX_ATTEMPTS = 3;

let sandbox: Sandbox;
let config: FaultConfig;
let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;

beforeAll(async () => {
  sandbox = await startSandbox();
  config = await writeFaultConfig(sandbox.url);
  system = await startTestFleet({ configPath: config.path });
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(sandbox.url);
});

afterAll(async () => {
  await system.stop();
  await config.remove();
  await sandbox.close();
});

describe('a fault before the first token', () => {
  it.each([
    ['status 429', 'fault=status status=429', 'rate_limit'],
    ['status 429 with a wait', 'fault=status status=429 retry-after=30', 'rate_limit'],
    ['status 500', 'fault=status status=500', 'server'],
    ['status 502', 'fault=status status=502', 'server'],
    ['status 529', 'fault=status status=529', 'overloaded'],
    ['status 401', 'fault=status status=401', 'auth'],
    ['a page of HTML with status 200', 'fault=html', 'server'],
    ['an end without end marker', 'fault=end at=0', 'server'],
    ['a reset', 'fault=reset at=0', 'server'],
    ['an error event in the stream', 'fault=overloaded at=0', 'overloaded'],
    ['a silence after the headers', 'fault=stall at=0', 'timeout'],
    ['no answer at all', 'fault=black-hole', 'timeout'],
  ])('is invisible: %s', async (what, fault, failureClass) => {
    const tag = what.replaceAll(' ', '-');
    const { recorder, view } = await run(tag, `{{sandbox ${fault} times=1}}`);

    const calls = await witness.ended(tag);
    expect(calls).toHaveLength(2);
    expect(recorder.text).toBe(wholeTextOf(calls[1]));
    expect(recorder.entries.map((entry) => entry.type)).not.toContain('reset');
    expect(view.status).toBe('completed');
    expect(view.result?.text).toBe(recorder.text);
    expect(view.attempts).toMatchObject([
      { attempt: 1, failure: { class: failureClass } },
      { attempt: 2, deployment: view.plan?.choice },
    ]);
    expect(new Set(view.attempts.map((attempt) => attempt.deployment)).size).toBe(2);
  });

  it('is invisible: a refused connection', async () => {
    const { recorder, view } = await run('refused', '', { model: REFUSED_GROUP });

    const calls = await witness.ended('refused');
    expect(calls).toHaveLength(1);
    expect(recorder.text).toBe(wholeTextOf(calls[0]));
    expect(view.attempts.map((attempt) => attempt.deployment)).toEqual([
      REFUSED_DEPLOYMENT,
      'openai/gpt-6-luna',
    ]);
  });

  it('is given up after three attempts at three deployments', async () => {
    const { recorder, view } = await run('hopeless', '{{sandbox fault=status status=500}}');

    expect(await witness.ended('hopeless')).toHaveLength(MAX_ATTEMPTS);
    expect(view.status).toBe('failed');
    expect(view.failure).toMatchObject({ class: 'server', providerStatus: 500 });
    expect(new Set(view.attempts.map((attempt) => attempt.deployment)).size).toBe(MAX_ATTEMPTS);
    expect(recorder.entries.map((entry) => entry.type)).toEqual([
      'accepted',
      ...Array.from({ length: MAX_ATTEMPTS }, () => ['attempt', 'failed']).flat(),
      'terminal',
    ]);
  });

  it('leaves the reasons of the next choice in the plan', async () => {
    const { view } = await run('reasons', '{{sandbox fault=status status=401 times=1}}', {
      routing: { deny: ['gemini'] },
    });

    const [first] = view.attempts;
    const reasons = new Map(view.plan?.candidates.map((one) => [one.deployment, one.reasons]));
    expect(view.plan?.attempt).toBe(2);
    expect(view.plan?.reason).toMatch(/^cheapest of \d+ for the tier balanced$/);
    expect(reasons.get(first?.deployment ?? '')).toEqual([
      'an earlier attempt here ended with auth',
    ]);
    expect(reasons.get('gemini/gemini-3.8-flash')).toEqual(['on the deny list']);
    expect(reasons.get(view.plan?.choice ?? '')).toEqual([]);
  });

  it('that is the request is not tried again', async () => {
    const { view } = await run('bad-request', '{{sandbox fault=status status=400}}');

    expect(await witness.ended('bad-request')).toHaveLength(1);
    expect(view).toMatchObject({ status: 'failed', failure: { class: 'invalid_request' } });
  });
});

describe('a fault after the first token', () => {
  it.each([
    ['a reset', 'fault=reset at=7'],
    ['an end without end marker', 'fault=end at=7'],
    ['a silence', 'fault=stall at=7'],
    ['an error event', 'fault=overloaded at=7'],
  ])('takes the text back and gives the whole of the second attempt: %s', async (what, fault) => {
    const tag = `late-${what.replaceAll(' ', '-')}`;
    const { recorder, view } = await run(tag, `{{sandbox ${fault} times=1}}`);

    const calls = await witness.ended(tag);
    const resets = recorder.entries.filter((entry) => entry.type === 'reset');
    expect(calls).toHaveLength(2);
    expect(resets).toMatchObject([{ attempt: 2, keepTo: 0 }]);
    expect(recorder.text).toBe(wholeTextOf(calls[1]));
    expect(view.result?.text).toBe(recorder.text);
    expect(view.usage?.outputTokens, 'billed is what is shown').toBe(TOKENS);
  });

  it('ends the job with the partial text when the client wants no restart', async () => {
    const { recorder, view } = await run('no-restart', '{{sandbox fault=reset at=7}}', {
      routing: { onInterrupt: 'fail' },
    });

    expect(await witness.ended('no-restart')).toHaveLength(1);
    expect(view.status).toBe('failed');
    expect(readOracle(recorder.text).tokens).toBe(7);
    expect(view.result).toMatchObject({ text: recorder.text, finishReason: 'error' });
  });

  it('is an honest error on the OpenAI endpoint: partial text, an error event, no [DONE]', async () => {
    const prompt = oraclePrompt({
      deltas: TOKENS,
      tag: 'honest',
      more: '{{sandbox fault=end at=9}}',
    });
    const response = await fetch(`${system.fleet.edge.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${system.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ ...jobOf(prompt), stream: true }),
    });

    const events = (await response.text()).trimEnd().split('\n\n');

    expect(response.status).toBe(200);
    expect(events.at(-1)).toMatch(/^data: \{"error":\{.*"code":"job_failed"/);
    expect(events.slice(0, -1).every((event) => event.includes('chat.completion.chunk'))).toBe(
      true,
    );
    expect(events.join('')).not.toContain('[DONE]');
    expect(await witness.ended('honest')).toHaveLength(1);
  });
});

describe('a cancel', () => {
  it('ends a streaming job and closes the provider call at once', async () => {
    const prompt = oraclePrompt({ deltas: 900, gapMs: 20, tag: 'cancelled' });
    const jobId = await intake.accept(jobOf(prompt));
    const recorder = new EventRecorder();
    await readSse(recorder, { ...sse(jobId), leaveAfter: 4 });

    const view = await intake.cancel(jobId);
    const repliedAt = Date.now();

    const [call] = await witness.ended('cancelled');
    await readSse(recorder, sse(jobId));
    expect(view.status).toBe('cancelled');
    expect(call?.endedHow).toBe('client-closed');
    expect((call?.endedAt ?? 0) - repliedAt).toBeLessThan(250);
    expect(recorder.outcome).toBe('cancelled');
    const ended = await intake.end(jobId);
    expect(ended.result?.text).toBe(recorder.text);
    expect(ended.costNanoUsd, 'what was used until then is billed').toBeGreaterThan(0);
  });

  it('ends a job whose provider says nothing', async () => {
    const prompt = oraclePrompt({ deltas: 5, tag: 'silent', more: '{{sandbox fault=black-hole}}' });
    const jobId = await intake.accept(jobOf(prompt));
    await witness.started('silent');

    const view = await intake.cancel(jobId);

    expect(view).toMatchObject({ status: 'cancelled', failure: { class: 'cancelled' } });
    const [call] = await witness.ended('silent');
    expect(call?.endedHow).toBe('client-closed');
    expect(await witness.calls('silent')).toHaveLength(1);
  });

  it('of a finished job changes nothing', async () => {
    const { view, jobId } = await run('finished', '');

    const cancelled = await intake.cancel(jobId);

    const { status, result, usage, costNanoUsd } = view;
    expect(cancelled).toMatchObject({ status, result, usage, costNanoUsd });
  });
});

describe('a deadline', () => {
  it.each([
    ['while the answer streams', oraclePrompt({ deltas: 900, gapMs: 20, tag: 'expired' })],
    ['while the provider is silent', '{{sandbox fault=black-hole tag=expired}}'],
  ])('ends the job as expired, within a second: %s', async (_what, prompt) => {
    const jobId = await intake.accept(jobOf(prompt, { delivery: { deadlineMs: 700 } }));

    const view = await intake.end(jobId);

    expect(view).toMatchObject({ status: 'expired', failure: { class: 'deadline' } });
    const endedAt = view.attempts.at(-1)?.endedAt ?? 0;
    expect(endedAt).toBeGreaterThanOrEqual(view.deadlineAt);
    expect(endedAt - view.deadlineAt).toBeLessThan(1_000);
    const calls = await witness.ended('expired');
    expect(calls.every((call) => call.endedHow === 'client-closed')).toBe(true);
  });
});

/** Runs a job to its end and reads it as a client does from the first entry on. */
async function run(tag: string, more: string, fields: object = {}) {
  const prompt = oraclePrompt({ deltas: TOKENS, gapMs: 2, tag, more });
  const jobId = await intake.accept(jobOf(prompt, fields));
  const recorder = new EventRecorder();
  await readSse(recorder, sse(jobId));
  return { jobId, recorder, view: await intake.end(jobId) };
}

function sse(jobId: string) {
  return { url: system.fleet.edge.url, apiKey: system.apiKey, jobId };
}

function wholeTextOf(call: { model: string; number: number } | undefined): string {
  return oracleText(call ?? { model: '', number: 0 }, TOKENS);
}
