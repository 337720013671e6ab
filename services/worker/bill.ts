import {
  type Catalogue,
  type Deployment,
  priceOf,
} from '../../shared/contracts/config/catalogue.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import { costNanoUsd } from '../../shared/core/price.ts';
import { estimateTokens, type Usage } from '../../shared/core/usage.ts';
import { estimateInputTokens } from '../../shared/jobs/expected-tokens.ts';

/** Of one call. The largest windows on sale hold 10 million tokens. */
const MAX_TOKENS = 100_000_000;

export interface Bill {
  readonly usage: Usage;
  /** Undefined where the price is not known and configured to be refused: such a job is not routed here. */
  readonly costNanoUsd?: number;
}

export interface BillInput {
  readonly catalogue: Catalogue;
  readonly deployment: Deployment;
  /** Undefined: the provider reported none, so it is estimated and marked. */
  readonly usage: Usage | undefined;
  readonly request: JobRequest;
  readonly outputCharacters: number;
  /** When the call began: a provider charges the rates of that moment, also for a job that waited for hours. */
  readonly calledAtMs: number;
}

/** What an answer used and costs. Usage that no provider reported is estimated, never 0. */
export function makeBill(input: BillInput): Bill {
  const { catalogue, deployment, calledAtMs } = input;
  const usage = plausible(input.usage) ?? estimateUsage(input.request, input.outputCharacters);
  const price = priceOf(catalogue, deployment, calledAtMs);
  return { usage, ...(price === undefined ? {} : { costNanoUsd: costNanoUsd(usage, price) }) };
}

/**
 * Undefined for figures that no model can have had: the money that they would make is not booked. A part that is larger
 * than its whole (Azure-hosted Grok and Magistral report more cached tokens than input) is held to it.
 */
function plausible(usage: Usage | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  if (Math.max(inputTokens, outputTokens) > MAX_TOKENS) return undefined;
  return {
    ...usage,
    ...(cachedInputTokens === undefined
      ? {}
      : { cachedInputTokens: Math.min(cachedInputTokens, inputTokens) }),
    ...(cacheWriteTokens === undefined
      ? {}
      : { cacheWriteTokens: Math.min(cacheWriteTokens, inputTokens) }),
    ...(reasoningTokens === undefined
      ? {}
      : { reasoningTokens: Math.min(reasoningTokens, outputTokens) }),
  };
}

function estimateUsage(request: JobRequest, outputCharacters: number): Usage {
  return {
    inputTokens: estimateInputTokens(request),
    outputTokens: estimateTokens(outputCharacters),
    estimated: true,
  };
}
