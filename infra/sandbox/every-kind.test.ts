import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProvider } from '../../shared/adapters/providers/registry.ts';
import { providerCall } from '../../shared/adapters/providers/testing/fixtures.ts';
import { RecordingSink } from '../../shared/adapters/providers/testing/recording-sink.ts';
import {
  configSchema,
  PROVIDER_KINDS,
  type ProviderKind,
} from '../../shared/contracts/config/config.ts';
import type { CallOutcome } from '../../shared/ports/provider.ts';
import { resolveProviders } from '../config/resolve-providers.ts';
import { type Sandbox, startSandbox } from './server.ts';

const PATIENCE_MS = 5_000;

/** Mistral's overload is a throttle. */
const overloadedAt = (kind: ProviderKind) => (kind === 'mistral' ? 'rate_limit' : 'overloaded');

/** Each fault in each format, as the adapter of that kind reads it: the two were written apart. */
const FAULTS: readonly (readonly [string, (kind: ProviderKind) => string])[] = [
  ['fault=status status=401', () => 'auth'],
  ['fault=status status=404', () => 'not_found'],
  ['fault=status status=429', () => 'rate_limit'],
  ['fault=status status=500', () => 'server'],
  ['fault=status status=503', () => 'overloaded'],
  ['fault=overloaded', overloadedAt],
  ['fault=overloaded at=2', overloadedAt],
  ['fault=end at=2', () => 'server'],
  ['fault=reset at=2', () => 'server'],
  ['fault=garbage at=2', () => 'server'],
  ['fault=html', () => 'server'],
];

const EACH = PROVIDER_KINDS.flatMap((kind) =>
  FAULTS.map(([fault, toClass]) => ({ kind, fault, failureClass: toClass(kind) })),
);

describe('every kind of provider', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0, deltas: 10 } });
  });
  afterAll(() => sandbox.close());

  async function call(kind: ProviderKind, content: string, stream: boolean) {
    const { document } = resolveProviders(documentOf(kind), {}, sandbox.url);
    const [config] = document.providers;
    if (config === undefined) throw new Error('the configuration lost its provider');
    const provider = createProvider({ config });
    const sink = new RecordingSink();
    const order = providerCall({ messages: [{ role: 'user', content }] }, stream);
    const outcome = await provider.call(order, sink, AbortSignal.timeout(PATIENCE_MS));
    await provider.close();
    return { outcome, sink };
  }

  it.each(PROVIDER_KINDS)('answers the adapter of %s, streamed and in one piece', async (kind) => {
    const streamed = await call(kind, 'Why do leaves turn red?', true);
    const whole = await call(kind, 'Why do leaves turn red?', false);

    expect(streamed.outcome).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(whole.outcome).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(streamed.sink.answerText).toMatch(/^\[sandbox\] /);
    expect(whole.sink.answerText).toBe(streamed.sink.answerText);
    expect(usageOf(whole.outcome)).toEqual(usageOf(streamed.outcome));
    expect(sandbox.calls().at(-1)?.provider).toBe(kind);
  });

  it.each(EACH)('$kind fails as $failureClass by {{$fault}}', async ({ kind, fault, ...rest }) => {
    const { outcome } = await call(kind, `Hi {{sandbox ${fault}}}`, true);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: rest.failureClass } });
  });
});

function usageOf(outcome: CallOutcome) {
  return outcome.kind === 'completed' ? outcome.usage : undefined;
}

function documentOf(kind: ProviderKind) {
  return configSchema.parse({
    providers: [{ id: 'one', kind, baseUrl: 'http://127.0.0.1:9', apiKeyEnv: 'NOT_SET' }],
    deployments: [{ id: 'one/m', provider: 'one', model: 'm' }],
  });
}
