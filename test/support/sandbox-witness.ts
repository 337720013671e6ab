import { z } from 'zod';
import { type WaitOptions, waitUntil } from './wait-until.ts';

const callSchema = z.object({
  number: z.number(),
  provider: z.string(),
  model: z.string(),
  tag: z.string().optional(),
  stream: z.boolean(),
  images: z.array(z.string()),
  reasoningReturned: z.number(),
  fault: z.string().optional(),
  startedAt: z.number(),
  deltasSent: z.number(),
  endedHow: z.enum(['complete', 'client-closed', 'fault']).optional(),
  endedAt: z.number().optional(),
});

const pageSchema = z.object({ calls: z.array(callSchema) });

export type WitnessedCall = z.infer<typeof callSchema>;

/** The sandbox's own record of the calls that it got: what a provider would say, not what our system says. */
export class SandboxWitness {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Oldest first. */
  calls(tag: string): Promise<WitnessedCall[]> {
    return this.#page({ tag });
  }

  /** Calls that run now. */
  async open(): Promise<WitnessedCall[]> {
    const calls = await this.#page({});
    return calls.filter((call) => call.endedHow === undefined);
  }

  /** Resolves when a call with this tag has come. */
  async started(tag: string): Promise<void> {
    await waitUntil(async () => (await this.calls(tag)).length > 0, {
      withinMs: 5_000,
      what: `a call of ${tag}`,
    });
  }

  /** The calls with this tag, once each of them has ended. */
  async ended(tag: string, options: Partial<WaitOptions> = {}): Promise<WitnessedCall[]> {
    return waitUntil(
      async () => {
        const calls = await this.calls(tag);
        return calls.length > 0 && calls.every((call) => call.endedHow !== undefined) && calls;
      },
      { withinMs: 5_000, what: `the end of all calls of ${tag}`, ...options },
    );
  }

  async #page(filter: Readonly<Record<string, string>>): Promise<WitnessedCall[]> {
    const query = new URLSearchParams({ ...filter, limit: '20000' });
    const response = await fetch(`${this.#url}/control/calls?${query.toString()}`);
    return pageSchema.parse(await response.json()).calls;
  }
}
