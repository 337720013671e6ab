import {
  type Catalogue,
  type Deployment,
  findDeployments,
  priceOf,
} from '../../../shared/contracts/config/catalogue.ts';
import type { BudgetTier } from '../../../shared/contracts/config/config.ts';
import type { JobRequest } from '../../../shared/contracts/http/job-request.ts';
import type { Candidate, RoutePlan } from '../../../shared/contracts/http/job-view.ts';
import { costNanoUsd, nanoUsdToUsd } from '../../../shared/core/price.ts';
import { dropReasons, type UnsupportedBy } from './filter-deployment.ts';
import type { RequestFeatures } from './request-features.ts';

export interface PlanRouteInput {
  readonly catalogue: Catalogue;
  readonly request: JobRequest;
  readonly features: RequestFeatures;
  readonly attempt: number;
  /** Deployments that earlier attempts rule out, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  /** Deployments tried before, to be asked again only when no other is left. */
  readonly tried: ReadonlySet<string>;
  readonly unsupportedBy: UnsupportedBy;
  /** Why its breaker keeps a deployment from this job, in words; undefined when it does not. */
  readonly breakerReason: (deployment: Deployment) => string | undefined;
  readonly nowMs: number;
}

interface Rated {
  readonly deployment: Deployment;
  readonly candidate: Candidate;
  readonly costUsd: number;
  readonly quality: number;
}

/**
 * The routing policy, pure: every deployment that the request's model names is kept or dropped with its reasons, and one
 * of the kept is chosen. Untried ones come before tried ones; then `premium` takes the best quality, the other tiers the
 * cheapest, each with the other as the tie-break.
 */
export function planRoute(input: PlanRouteInput): RoutePlan {
  const { catalogue, request, attempt } = input;
  const tier = request.routing?.budget ?? 'balanced';
  const named = findDeployments(catalogue, request.model, tier) ?? [];
  const rated = named.map((deployment) => rate(deployment, input));
  const kept = rated.filter((one) => one.candidate.kept).toSorted(order(tier, input.tried));
  const choice = kept[0];
  return {
    attempt,
    configVersion: catalogue.version,
    ...(choice === undefined ? {} : { choice: choice.deployment.id }),
    reason: choice === undefined ? 'no deployment passed the filters' : explain(tier, kept),
    candidates: rated.map((one) => one.candidate),
  };
}

function rate(deployment: Deployment, input: PlanRouteInput): Rated {
  const { catalogue, features, nowMs } = input;
  const price = priceOf(catalogue, deployment, nowMs);
  const usage = {
    inputTokens: features.inputTokens,
    outputTokens: features.expectedOutputTokens,
  };
  const costUsd = price === undefined ? 0 : nanoUsdToUsd(costNanoUsd(usage, price));
  const reasons = dropReasons(deployment, { ...input, price, costUsd });
  return {
    deployment,
    costUsd,
    quality: deployment.quality['overall'] ?? 0,
    candidate: {
      deployment: deployment.id,
      kept: reasons.length === 0,
      reasons,
      ...(price === undefined ? {} : { expectedCostUsd: costUsd }),
    },
  };
}

function order(tier: BudgetTier, tried: ReadonlySet<string>) {
  return (a: Rated, b: Rated): number => {
    const byTried = Number(tried.has(a.deployment.id)) - Number(tried.has(b.deployment.id));
    const byQuality = b.quality - a.quality;
    const byCost = a.costUsd - b.costUsd;
    return byTried || (tier === 'premium' ? byQuality || byCost : byCost || byQuality);
  };
}

function explain(tier: BudgetTier, kept: readonly Rated[]): string {
  const rule = tier === 'premium' ? 'best quality' : 'cheapest';
  return `${rule} of ${String(kept.length)} for the tier ${tier}`;
}
