import { z } from 'zod';
import { PROVIDER_KINDS, type ProviderKind } from '../../shared/contracts/config/config.ts';

/**
 * What can go wrong, on purpose:
 * - `status`: an HTTP error with the provider's own error body; `status`, and `retryAfter` (seconds) where wanted.
 * - `overloaded`: 529 (Anthropic), 429 with a code of its own (Mistral) or 503; with `at`, an error event inside a 200
 *   stream after that many deltas.
 * - `reset`: the connection is reset (RST) after `at` deltas.
 * - `end`: a clean end of the stream after `at` deltas, without the provider's end marker.
 * - `stall`: after `at` deltas never another byte, the connection stays open.
 * - `black-hole`: the request is read and never answered.
 * - `slow-drip`: everything arrives, three bytes every `dripMs`.
 * - `garbage`: the delta number `at` is broken JSON, the rest is whole.
 * - `html`: 200 with an HTML page, as a captive portal or a proxy sends it.
 */
export const FAULT_KINDS = [
  'status',
  'overloaded',
  'reset',
  'end',
  'stall',
  'black-hole',
  'slow-drip',
  'garbage',
  'html',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
/** Whose format a call came in: the kinds of the configuration. */
export type SandboxProvider = ProviderKind;

export const faultSchema = z.strictObject({
  fault: z.enum(FAULT_KINDS),
  /** HTTP status of `status`. Default: 500. */
  status: z.number().int().min(400).max(599).optional(),
  /** Seconds in the retry hint of `status`. Absent: no hint. */
  retryAfter: z.number().min(0).max(86_400).optional(),
  /** Number of deltas before the fault. Default: 3; `overloaded` without it answers with a status. */
  at: z.number().int().min(0).max(100_000).optional(),
  /** How often it strikes for one prompt. Absent: always. */
  times: z.number().int().min(1).max(1_000_000).optional(),
  /** Only this model. */
  model: z.string().max(128).optional(),
  /** Only this provider's format. */
  provider: z.enum(PROVIDER_KINDS).optional(),
  /** Pause between two drops of `slow-drip`, ms. Default: 20. */
  dripMs: z.number().int().min(1).max(60_000).optional(),
});

export type Fault = z.infer<typeof faultSchema>;

export const DEFAULT_FAULT_AT = 3;
export const DEFAULT_DRIP_MS = 20;

/** Bound of the counters of counted faults. The oldest is forgotten first, so that its fault may strike once more. */
const MAX_COUNTERS = 20_000;

/** Chooses the fault of a call and counts how often each one struck a prompt. */
export class FaultChooser {
  readonly #struck = new Map<string, number>();

  /** The first fault that fits the call and is not used up; undefined: the call goes well. */
  choose(
    faults: readonly Fault[],
    call: { provider: SandboxProvider; model: string; promptHash: string },
  ): Fault | undefined {
    for (const fault of faults) {
      if (fault.provider !== undefined && fault.provider !== call.provider) continue;
      if (fault.model !== undefined && fault.model !== call.model) continue;
      if (fault.times === undefined || this.#strikes(fault, fault.times, call.promptHash))
        return fault;
    }
    return undefined;
  }

  forget(): void {
    this.#struck.clear();
  }

  /** The key holds the prompt and not the model: a retry at another model is a retry of the same job. */
  #strikes(fault: Fault, times: number, promptHash: string): boolean {
    const key = `${promptHash} ${JSON.stringify(fault)}`;
    const struck = this.#struck.get(key) ?? 0;
    if (struck >= times) return false;
    this.#struck.set(key, struck + 1);
    if (this.#struck.size > MAX_COUNTERS) {
      for (const oldest of this.#struck.keys()) {
        this.#struck.delete(oldest);
        break;
      }
    }
    return true;
  }
}
