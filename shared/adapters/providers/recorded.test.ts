import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDER_KINDS } from '../../contracts/config/config.ts';
import { createProvider } from './registry.ts';
import { cutAtRandom } from './testing/cut-at-random.ts';
import { type ExchangeResult, expectedResult, toldResult } from './testing/exchange-result.ts';
import { providerCall, providerConfig } from './testing/fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from './testing/loopback-server.ts';
import {
  hasRecordings,
  type RecordedExchange,
  readRecordedExchanges,
} from './testing/recorded-exchanges.ts';
import { RecordingSink } from './testing/recording-sink.ts';

/** Times each recording is cut, at offsets drawn from the seed of its number. */
const CUT_ROUNDS = 3;

const isRecorded = hasRecordings();

describe.skipIf(!isRecorded)('recorded provider traffic', () => {
  const exchanges = isRecorded ? readRecordedExchanges() : [];
  let pieces: readonly Uint8Array[] = [];
  let current: RecordedExchange | undefined;
  let server: LoopbackServer;

  beforeAll(async () => {
    server = await startLoopbackServer((_request, response) => {
      response.writeHead(current?.status ?? 500, {
        'content-type': current?.contentType ?? 'text/plain',
      });
      for (const piece of pieces) response.write(piece);
      response.end();
    });
  });

  afterAll(() => server.close());

  it('has recordings of every kind', () => {
    const kinds = new Set(exchanges.map(({ kind }) => kind));

    expect([...kinds].toSorted()).toEqual([...PROVIDER_KINDS].toSorted());
  });

  it.each(exchanges)('reads $kind $name', async (exchange) => {
    const cut = Array.from({ length: CUT_ROUNDS }, (_, seed) =>
      cutAtRandom(exchange.body, seed + 1),
    );

    for (const variant of [[exchange.body], ...cut]) {
      current = exchange;
      pieces = variant;
      const result = await replay(exchange);
      expect(result).toEqual(expectedResult(exchange.expected));
    }
  });

  async function replay({ kind, stream, expected }: RecordedExchange): Promise<ExchangeResult> {
    const provider = createProvider({ config: providerConfig({ kind, baseUrl: server.origin }) });
    const sink = new RecordingSink();
    const call = providerCall({}, stream);
    const outcome = await provider.call(call, sink, new AbortController().signal);
    await provider.close();
    if (outcome.kind === 'aborted') throw new Error('nobody stopped the call');
    const isComplete = outcome.kind === 'completed';
    const told = {
      text: sink.answerText,
      reasoning: sink.reasoningText,
      toolCalls: sink.toolCalls.map(({ name = '', argumentsText }) => ({ name, argumentsText })),
      finishReason: isComplete ? outcome.finishReason : 'error',
      usage: outcome.usage,
      failure: isComplete ? undefined : outcome.failure,
    };
    return toldResult(told, expected);
  }
});
