import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { promptHash } from './random.ts';
import { type Sandbox, startSandbox } from './server.ts';

const END_MARK = 'data: [DONE]';
const WAIT = { timeout: 4_000, interval: 10 };

describe('the sandbox server', () => {
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startSandbox({
      pace: { ttftMs: 1, gapMs: 1, deltas: 10, words: 1 },
      text: 'oracle',
    });
  });
  afterEach(() => sandbox.close());

  function ask(
    prompt: string,
    init: { signal?: AbortSignal; stream?: boolean } = {},
  ): Promise<Response> {
    return fetch(`${sandbox.url}/openai/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'm',
        stream: init.stream ?? true,
        messages: [{ role: 'user', content: prompt }],
      }),
      signal: init.signal ?? AbortSignal.timeout(5_000),
    });
  }

  it('numbers every oracle token with model, call and place', async () => {
    const text = contentOf(await (await ask('count')).text());

    expect(text).toBe('m.1.1 m.1.2 m.1.3 m.1.4 m.1.5 m.1.6 m.1.7 m.1.8 m.1.9 m.1.10 ');
  });

  it('records how a call went', async () => {
    await (await ask('count {{sandbox tag=job-1}}')).text();

    const [call] = await waitForEnds(sandbox, 1);
    expect(call).toMatchObject({
      provider: 'openai',
      model: 'm',
      promptHash: promptHash('count {{sandbox tag=job-1}}'),
      tag: 'job-1',
      deltasSent: 10,
      endedHow: 'complete',
    });
    expect(sandbox.stats()).toMatchObject({
      calls: 1,
      open: 0,
      deltas: 10,
      complete: 1,
      byModel: { m: 1 },
    });
  });

  it('notices that the client closed a running stream', async () => {
    const stopper = new AbortController();
    const response = await ask('count {{sandbox gap=50 deltas=1000}}', { signal: stopper.signal });

    stopper.abort();
    await response.text().catch(() => undefined);

    const [call] = await waitForEnds(sandbox, 1);
    expect(call?.endedHow).toBe('client-closed');
    expect(call?.deltasSent).toBeLessThan(1_000);
  });

  it('ends cleanly without the end mark, after the deltas asked for', async () => {
    const text = await (await ask('count {{sandbox fault=end at=4}}')).text();

    expect(contentOf(text)).toBe('m.1.1 m.1.2 m.1.3 m.1.4 ');
    expect(text).not.toContain(END_MARK);
    expect(sandbox.calls()[0]).toMatchObject({ deltasSent: 4, endedHow: 'fault', fault: 'end' });
  });

  it('resets the connection in the middle of a stream', async () => {
    const response = await ask('count {{sandbox fault=reset at=4}}');

    await expect(response.text()).rejects.toThrow('terminated');
    expect(sandbox.calls()[0]).toMatchObject({ deltasSent: 4, endedHow: 'fault' });
  });

  it.each(['reset', 'end'])('breaks a whole answer with %s', async (fault) => {
    const read = ask(`count {{sandbox fault=${fault}}}`, { stream: false }).then((response) =>
      response.text(),
    );

    await expect(read).rejects.toThrow('terminated');
  });

  it('stalls until the client leaves', async () => {
    const stopper = new AbortController();
    const response = await ask('count {{sandbox fault=stall at=2}}', { signal: stopper.signal });
    await vi.waitFor(() => expect(sandbox.calls()[0]?.deltasSent).toBe(2), WAIT);

    stopper.abort();
    await response.text().catch(() => undefined);

    const [call] = await waitForEnds(sandbox, 1);
    expect(call).toMatchObject({ deltasSent: 2, endedHow: 'client-closed', fault: 'stall' });
  });

  it('never answers from a black hole', async () => {
    const stopper = new AbortController();
    const asked = ask('count {{sandbox fault=black-hole}}', { signal: stopper.signal }).catch(
      () => 'aborted',
    );
    await vi.waitFor(() => expect(sandbox.stats().open).toBe(1), WAIT);

    stopper.abort();

    expect(await asked).toBe('aborted');
    const [call] = await waitForEnds(sandbox, 1);
    expect(call).toMatchObject({ deltasSent: 0, endedHow: 'client-closed' });
  });

  it('sends one broken event and the rest whole', async () => {
    const text = await (await ask('count {{sandbox fault=garbage at=4}}')).text();

    const broken = text
      .split('\n\n')
      .filter((event) => event.startsWith('data: {') && !isJson(event.slice(6)));
    expect(broken).toHaveLength(1);
    expect(broken[0]).toContain('m.1.5 ');
    expect(text).toContain(END_MARK);
  });

  it('drips a whole answer in small pieces', async () => {
    const text = await (await ask('count {{sandbox fault=slow-drip drip=1 deltas=2}}')).text();

    expect(contentOf(text)).toBe('m.1.1 m.1.2 ');
    expect(text).toContain(END_MARK);
  });

  it('answers with a page of HTML and status 200', async () => {
    const response = await ask('count {{sandbox fault=html}}');

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  it('lets the retry of a counted fault succeed', async () => {
    const prompt = 'count {{sandbox fault=status status=500 times=1}}';

    const statuses = [(await ask(prompt)).status, (await ask(prompt)).status];

    expect(statuses).toEqual([500, 200]);
  });

  it('refuses a directive that it does not understand', async () => {
    const response = await ask('count {{sandbox fautl=reset}}');

    expect(response.status).toBe(400);
  });

  it('is steered and read over the control port', async () => {
    const control = (body: unknown): Promise<Response> =>
      fetch(`${sandbox.url}/control`, { method: 'POST', body: JSON.stringify(body) });

    const changed = await control({ faults: [{ fault: 'status', status: 503, model: 'm' }] });
    const hit = await ask('count');
    await control({ reset: true });
    const spared = await ask('count');
    await spared.text();

    const stats: unknown = await (await fetch(`${sandbox.url}/control/stats`)).json();
    const calls: unknown = await (
      await fetch(`${sandbox.url}/control/calls?model=m&limit=5`)
    ).json();
    expect([changed.status, hit.status, spared.status]).toEqual([200, 503, 200]);
    expect(stats).toMatchObject({ calls: 1, deltas: 10 });
    expect(calls).toMatchObject({ calls: [{ model: 'm', deltasSent: 10 }] });
    expect((await control({ colour: 'red' })).status).toBe(400);
  });
});

function waitForEnds(sandbox: Sandbox, count: number): Promise<ReturnType<Sandbox['calls']>> {
  return vi.waitFor(() => {
    const ended = sandbox.calls().filter((call) => call.endedHow !== undefined);
    expect(ended).toHaveLength(count);
    return ended;
  }, WAIT);
}

function contentOf(text: string): string {
  return Array.from(text.matchAll(/"content":"([^"]*)"/g), ([, content]) => content).join('');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error: unknown) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
