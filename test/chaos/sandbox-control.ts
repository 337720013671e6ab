import { z } from 'zod';
import { type CallLine, callLineSchema } from './recording.ts';

const TIMEOUT_MS = 30_000;

/** As many calls as the sandbox keeps. */
const ALL_CALLS = '20000';

const pageSchema = z.object({ calls: z.array(callLineSchema) });

/** The control port of the sandbox: its faults, and its own record of what it sent. */
export class SandboxControl {
  readonly #url: string;
  readonly #calls = new Map<number, CallLine>();

  constructor(url: string) {
    this.#url = url;
  }

  async setFaults(faults: readonly object[]): Promise<void> {
    const response = await fetch(`${this.#url}/control`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ faults }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the sandbox refused faults: ${await response.text()}`);
  }

  /** Takes over what the sandbox remembers now: its record is bounded, a run is not. */
  async collectCalls(): Promise<CallLine[]> {
    const response = await fetch(`${this.#url}/control/calls?limit=${ALL_CALLS}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    for (const call of pageSchema.parse(await response.json()).calls) {
      this.#calls.set(call.number, call);
    }
    return [...this.#calls.values()];
  }
}
