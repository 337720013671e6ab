import {
  type Catalogue,
  type Deployment,
  findDeployments,
  isListed,
} from '../../shared/contracts/config/catalogue.ts';
import { compileRates } from '../../shared/contracts/config/prices.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import type { Price } from '../../shared/core/price.ts';
import { pricesWithin, worstCostNanoUsd } from '../../shared/core/worst-cost.ts';

/** More than any provider on the list charges for one image at its closest look. */
const MAX_TOKENS_PER_IMAGE = 6_000;

/** What providers put around tools in words of their own; the largest that is documented is below 700. */
const TOOL_FRAME_TOKENS = 1_000;

export interface WorstCaseInput {
  readonly catalogue: Catalogue;
  readonly request: JobRequest;
  /** The job may be called, and priced, at any moment from then to then, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The most that a job can cost, whole nano-USD: the dearest call that any deployment which may serve it can make of it,
 * so that no failover needs more. Undefined when no price of any of them is known and unknown prices are refused.
 */
export function worstCaseNanoUsd(input: WorstCaseInput): number | undefined {
  const { catalogue, request } = input;
  const tier = request.routing?.budget ?? 'balanced';
  const named = findDeployments(catalogue, request.model, tier) ?? [];
  const inputTokens = maxInputTokens(request);
  const costs = named
    .filter((deployment) => isAllowed(deployment, request))
    .flatMap((deployment) => {
      const bound = boundOf(deployment, request, inputTokens);
      return possiblePrices(deployment, input).map((price) => worstCostNanoUsd(bound, price));
    });
  return costs.length === 0 ? undefined : Math.max(...costs);
}

/**
 * Where the request and the configuration name no bound, the context window is the only one. A budget for thinking is on
 * top: not every provider counts it as part of the answer.
 */
function boundOf(deployment: Deployment, request: JobRequest, inputTokens: number) {
  const { contextWindow, maxOutputTokens = contextWindow } = deployment;
  const { maxTokens = maxOutputTokens, reasoning } = request;
  return {
    inputTokens: Math.min(inputTokens, contextWindow),
    outputTokens: Math.min(maxTokens + (reasoning?.budgetTokens ?? 0), contextWindow),
  };
}

/** A token is at least one byte in every vocabulary in use; the JSON around the texts covers the frames of the turns. */
function maxInputTokens({ messages, tools, responseFormat }: JobRequest): number {
  let bytes = Buffer.byteLength(JSON.stringify([messages, tools, responseFormat]));
  let images = 0;
  for (const { content } of messages) {
    if (content === undefined || typeof content === 'string') continue;
    for (const part of content) {
      if (part.type === 'text') continue;
      images += 1;
      bytes -= Buffer.byteLength(part.url);
    }
  }
  const frame = tools === undefined ? 0 : TOOL_FRAME_TOKENS;
  return bytes + images * MAX_TOKENS_PER_IMAGE + frame;
}

function possiblePrices(
  deployment: Deployment,
  { catalogue, fromMs, toMs }: WorstCaseInput,
): readonly Price[] {
  const { held, hasGap } = pricesWithin(deployment.prices, { fromMs, toMs });
  const cap = catalogue.document.routing.unknownPrice;
  if (!hasGap || cap === 'refuse') return held;
  return [...held, { rates: compileRates(cap), tiers: [], isCap: true }];
}

function isAllowed(deployment: Deployment, { routing }: JobRequest): boolean {
  const isMissing = routing?.allow !== undefined && !isListed(deployment, routing.allow);
  const isDenied = routing?.deny !== undefined && isListed(deployment, routing.deny);
  return !isMissing && !isDenied;
}
