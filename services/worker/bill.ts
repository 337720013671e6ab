import {
  type Catalogue,
  type Deployment,
  priceOf,
} from '../../shared/contracts/config/catalogue.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import { costNanoUsd } from '../../shared/core/price.ts';
import { estimateTokens, type Usage } from '../../shared/core/usage.ts';

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
  /** Prices are those of the moment when the job was accepted. */
  readonly acceptedAtMs: number;
}

/** What an answer used and costs. Usage that no provider reported is estimated, never 0. */
export function makeBill(input: BillInput): Bill {
  const { catalogue, deployment, acceptedAtMs } = input;
  const usage = input.usage ?? estimateUsage(input.request, input.outputCharacters);
  const price = priceOf(catalogue, deployment, acceptedAtMs);
  return { usage, ...(price === undefined ? {} : { costNanoUsd: costNanoUsd(usage, price) }) };
}

function estimateUsage(request: JobRequest, outputCharacters: number): Usage {
  const inputCharacters = JSON.stringify([request.messages, request.tools ?? []]).length;
  return {
    inputTokens: estimateTokens(inputCharacters),
    outputTokens: estimateTokens(outputCharacters),
    estimated: true,
  };
}
