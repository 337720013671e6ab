import OpenAI from 'openai';
import { startSandbox } from '../../infra/sandbox/server.ts';
import { writeEveryKindConfig } from './every-kind-config.ts';
import { SandboxWitness } from './sandbox-witness.ts';
import { startTestFleet } from './test-fleet.ts';

export interface EveryKindSystem {
  /** The stock SDK: only `baseURL` and `apiKey` are ours. */
  readonly openai: OpenAI;
  readonly witness: SandboxWitness;
  stop(): Promise<void>;
}

/** A fleet whose configuration has a provider of every kind, and the sandbox that plays them all. */
export async function startEveryKindSystem(): Promise<EveryKindSystem> {
  const sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  const config = await writeEveryKindConfig(sandbox.url);
  const system = await startTestFleet({ configPath: config.path });
  const baseURL = `${system.fleet.edge.url}/v1`;
  return {
    openai: new OpenAI({ baseURL, apiKey: system.apiKey, maxRetries: 0 }),
    witness: new SandboxWitness(sandbox.url),
    stop: async () => {
      await system.stop();
      await config.remove();
      await sandbox.close();
    },
  };
}
