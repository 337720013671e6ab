import { createProvider } from '../../shared/adapters/providers/registry.ts';
import { providerCall, providerConfig } from '../../shared/adapters/providers/testing/fixtures.ts';
import { RecordingSink } from '../../shared/adapters/providers/testing/recording-sink.ts';

/**
 * Run as a process of its own with a small heap: makes the call `<kind> <base URL> <stream|whole>` and says how it ended
 * and how much memory was used at most beside the heap, whose own bound a process does not survive.
 */
const [kind = '', baseUrl = '', mode = ''] = process.argv.slice(2);

const LOOK_EVERY_MS = 2;

let peakExternalBytes = 0;
const look = (): void => {
  peakExternalBytes = Math.max(peakExternalBytes, process.memoryUsage().external);
};

const provider = createProvider({ config: providerConfig({ kind, baseUrl }) });
const sink = new RecordingSink();
const timer = setInterval(look, LOOK_EVERY_MS);
const outcome = await provider.call(
  providerCall({}, mode === 'stream'),
  sink,
  AbortSignal.timeout(20_000),
);
look();
clearInterval(timer);
await provider.close();
process.stdout.write(JSON.stringify({ outcome, peakExternalBytes, shown: sink.answerText.length }));
