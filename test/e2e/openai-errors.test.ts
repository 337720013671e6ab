import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oraclePrompt, readOracle } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

/** What a stock SDK makes of our errors, and what our headers do: only `baseURL` and `apiKey` are ours. */
let system: TestFleet;
let openai: OpenAI;
let witness: SandboxWitness;

beforeAll(async () => {
  system = await startTestFleet();
  const { fleet, apiKey } = system;
  openai = new OpenAI({ baseURL: `${fleet.edge.url}/v1`, apiKey });
  witness = new SandboxWitness(fleet.sandbox?.url ?? '');
});

afterAll(async () => {
  await system.stop();
});

const MAX_ATTEMPTS = 3;

describe('an error', () => {
  it('is NotFoundError for an unknown model', async () => {
    const error = await failureOf(
      openai.chat.completions.create({ model: 'no-such-model', messages: [user('hi')] }),
    );

    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error.code).toBe('unknown_model');
    expect(error.message).not.toContain('no-such-model');
  });

  it('is AuthenticationError with our code for a wrong key', async () => {
    const stranger = new OpenAI({ baseURL: openai.baseURL, apiKey: 'sk-not-one-of-ours-at-all' });

    const error = await failureOf(
      stranger.chat.completions.create({ model: 'auto', messages: [user('hi')] }),
    );

    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error.code).toBe('unauthorized');
  });

  it.each([false, true])(
    'is BadRequestError when the provider refuses, stream %s',
    async (stream) => {
      const tag = `refused-${String(stream)}`;
      const prompt = oraclePrompt({ deltas: 5, tag, more: '{{sandbox fault=status status=400}}' });

      const error = await failureOf(
        openai.chat.completions.create({ model: 'auto', stream, messages: [user(prompt)] }),
      );

      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error.code).toBe('provider_rejected');
      expect(await witness.ended(tag)).toHaveLength(1);
    },
  );

  it.each([false, true])(
    'comes once when every provider fails, and nothing multiplies the calls, stream %s',
    async (stream) => {
      const tag = `all-down-${String(stream)}`;
      const prompt = oraclePrompt({ deltas: 5, tag, more: '{{sandbox fault=status status=500}}' });

      const error = await failureOf(
        openai.chat.completions.create({ model: 'auto', stream, messages: [user(prompt)] }),
      );

      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error.code).toBe('job_failed');
      const calls = await witness.ended(tag);
      expect(calls).toHaveLength(MAX_ATTEMPTS);
      expect(new Set(calls.map((call) => call.model)).size).toBe(MAX_ATTEMPTS);
    },
  );

  it('in the middle of a stream throws after the partial text, and no other provider is asked', async () => {
    const tag = 'broken';
    const prompt = oraclePrompt({ deltas: 40, tag, more: '{{sandbox fault=reset at=12}}' });
    const stream = await openai.chat.completions.create({
      model: 'auto',
      stream: true,
      messages: [user(prompt)],
    });
    let text = '';

    const error = await failureOf(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      })(),
    );

    expect(error.code).toBe('job_failed');
    expect(readOracle(text).tokens).toBeGreaterThan(0);
    expect(readOracle(text).tokens).toBeLessThanOrEqual(12);
    expect(await witness.ended(tag)).toHaveLength(1);
  });
});

describe('the header', () => {
  it('x-switchyard-budget moves the request to another price class', async () => {
    const premium = await ask('budget-premium', { 'x-switchyard-budget': 'premium' });
    const cheap = await ask('budget-cheap', { 'x-switchyard-budget': 'cheap' });

    expect(premium.model).toBe('claude-opus-5-5');
    expect(['gpt-6-luna', 'claude-haiku-5-5']).toContain(cheap.model);
  });

  it('x-switchyard-deny keeps providers out', async () => {
    const others = await Promise.all([
      ask('any', {}),
      ask('denied', { 'x-switchyard-deny': 'openai, anthropic' }),
    ]);

    expect(others.map(({ model }) => /^(gpt|claude)-/.test(model))).toEqual([true, false]);
  });

  it('x-switchyard-max-attempts bounds the calls', async () => {
    const tag = 'two-at-most';
    const prompt = oraclePrompt({ deltas: 5, tag, more: '{{sandbox fault=status status=503}}' });

    await failureOf(
      openai.chat.completions.create(
        { model: 'auto', messages: [user(prompt)] },
        { headers: { 'x-switchyard-max-attempts': '2' } },
      ),
    );

    expect(await witness.ended(tag)).toHaveLength(2);
  });

  it('of an unknown name is refused by its name', async () => {
    const error = await failureOf(
      openai.chat.completions.create(
        { model: 'auto', messages: [user('hi')] },
        { headers: { 'x-switchyard-buget': 'cheap' } },
      ),
    );

    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error.code).toBe('unsupported_parameter');
    expect(error.message).toContain('x-switchyard-buget');
  });

  it('x-switchyard-on-disconnect: cancel closes the provider call when the client leaves', async () => {
    const leftAt = await leaveEarly('left', { 'x-switchyard-on-disconnect': 'cancel' });

    const [call] = await witness.ended('left', { withinMs: 2_000 });
    expect(call?.endedHow).toBe('client-closed');
    expect((call?.endedAt ?? 0) - leftAt).toBeLessThan(1_000);
  });

  it('without it the answer is finished for a client that left', async () => {
    await leaveEarly('stays', {});

    const [call] = await witness.ended('stays');
    expect(call?.endedHow).toBe('complete');
  });
});

function user(content: string) {
  return { role: 'user' as const, content };
}

async function ask(tag: string, headers: Record<string, string>) {
  return openai.chat.completions.create(
    { model: 'auto', messages: [user(oraclePrompt({ deltas: 5, tag }))] },
    { headers },
  );
}

/** Aborts a stream once text has come; answers when, epoch ms. */
async function leaveEarly(tag: string, headers: Record<string, string>): Promise<number> {
  const stream = await openai.chat.completions.create(
    {
      model: 'auto',
      stream: true,
      messages: [user(oraclePrompt({ deltas: 100, gapMs: 20, tag }))],
    },
    { headers },
  );
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  stream.controller.abort();
  const leftAt = Date.now();
  await waitUntil(async () => (await witness.calls(tag)).length === 1, {
    withinMs: 1_000,
    what: `the call of ${tag}`,
  });
  return leftAt;
}

async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OpenAI.APIError)) throw error;
  return error;
}
