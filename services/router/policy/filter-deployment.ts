import {
  type Catalogue,
  type Deployment,
  isListed,
} from '../../../shared/contracts/config/catalogue.ts';
import type { ProviderKind } from '../../../shared/contracts/config/config.ts';
import type { JobRequest } from '../../../shared/contracts/http/job-request.ts';
import { nanoUsdToUsd, type Price } from '../../../shared/core/price.ts';
import type { RequestFeatures } from './request-features.ts';

export interface FilterInput {
  readonly catalogue: Catalogue;
  readonly request: JobRequest;
  readonly features: RequestFeatures;
  readonly excluded: ReadonlyMap<string, string>;
  readonly unsupportedBy: UnsupportedBy;
  /** Why its breaker keeps a deployment from this job, in words; undefined when it does not. */
  readonly breakerReason: (deployment: Deployment) => string | undefined;
  /** Undefined: unknown, and configured to be refused. */
  readonly price: Price | undefined;
  readonly costUsd: number;
}

/**
 * What providers of this kind cannot do for the request, in words; undefined when they can do all of it. A pure function
 * of the adapters, so that what an adapter would have to drop never reaches it.
 */
export type UnsupportedBy = (kind: ProviderKind, request: JobRequest) => string | undefined;

const TOKENS_PER_MILLION = 1_000_000;

/** Why a deployment cannot serve the request; empty when it can. All reasons are given, not only the first. */
export function dropReasons(deployment: Deployment, input: FilterInput): string[] {
  return [
    earlierAttempt(deployment, input),
    input.breakerReason(deployment),
    ...lists(deployment, input.request),
    capability(deployment, input.features),
    unsupported(deployment, input),
    window(deployment, input.features),
    ...money(input),
    quality(deployment, input.request),
  ].filter((reason) => reason !== undefined);
}

function earlierAttempt({ id }: Deployment, { excluded }: FilterInput): string | undefined {
  const reason = excluded.get(id);
  return reason === undefined ? undefined : `an earlier attempt here ended with ${reason}`;
}

function lists(deployment: Deployment, { routing }: JobRequest): (string | undefined)[] {
  const isMissing = routing?.allow !== undefined && !isListed(deployment, routing.allow);
  const isDenied = routing?.deny !== undefined && isListed(deployment, routing.deny);
  return [
    isMissing ? 'not on the allow list' : undefined,
    isDenied ? 'on the deny list' : undefined,
  ];
}

function capability(deployment: Deployment, features: RequestFeatures): string | undefined {
  const missing = features.needs.filter((need) => !deployment.capabilities.has(need));
  return missing.length === 0 ? undefined : `cannot do ${missing.join(', ')}`;
}

function unsupported(
  { providerId }: Deployment,
  { catalogue, request, unsupportedBy }: FilterInput,
): string | undefined {
  const provider = catalogue.providers.get(providerId);
  const words = provider === undefined ? undefined : unsupportedBy(provider.kind, request);
  return words === undefined ? undefined : `its provider cannot do ${words}`;
}

function window(deployment: Deployment, features: RequestFeatures): string | undefined {
  const needed = features.inputTokens + (features.maxOutputTokens ?? 0);
  if (needed <= deployment.contextWindow) return undefined;
  return `about ${String(needed)} tokens do not fit its window of ${String(deployment.contextWindow)}`;
}

function money({ catalogue, request, price, costUsd }: FilterInput): (string | undefined)[] {
  if (price === undefined) return ['its price is not known'];
  const maxCostUsd = request.routing?.maxCostUsd;
  const tier = request.routing?.budget ?? 'balanced';
  const caps = catalogue.document.routing.tierCapUsd;
  const cap = tier === 'premium' ? undefined : caps[tier];
  const blended = (3 * price.rates.inputNanoUsd + price.rates.outputNanoUsd) / 4;
  const blendedUsd = nanoUsdToUsd(blended * TOKENS_PER_MILLION);
  return [
    maxCostUsd !== undefined && costUsd > maxCostUsd
      ? `expected to cost more than ${String(maxCostUsd)} USD`
      : undefined,
    cap !== undefined && blendedUsd > cap ? `dearer than the tier ${tier} may pay` : undefined,
  ];
}

function quality(deployment: Deployment, { routing }: JobRequest): string | undefined {
  const wanted = routing?.minQuality;
  if (wanted === undefined || (deployment.quality['overall'] ?? 0) >= wanted) return undefined;
  return `its quality is below ${String(wanted)}`;
}
