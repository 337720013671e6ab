import type { Deployment } from '../../shared/contracts/config/catalogue.ts';
import type { RoutePlan } from '../../shared/contracts/http/job-view.ts';
import type { Passage } from '../../shared/resilience/breaker.ts';
import type { BreakerWatch } from '../../shared/resilience/breaker-watch.ts';
import { type PlanRouteInput, planRoute } from './policy/plan-route.ts';

/** How long a probe is kept for an attempt on its way to a worker, which then prolongs it for its call. */
const ROUTED_PROBE_MS = 5_000;

const ANOTHER_PROBES: Passage = { kind: 'half-open', waitMs: 1 };

export interface PlanPastBreakersOptions {
  readonly breakers: BreakerWatch;
  /** Who gets a probe: the same for every repeat of one decision. */
  readonly holder: string;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface PlannedRoute {
  readonly plan: RoutePlan;
  /**
   * Set when nothing is chosen and breakers alone are why: the first of them may be asked in this time, at the earliest.
   * A full load on a provider that is down helps nobody, so no call is forced through (reliability.md 6.1).
   */
  readonly waitMs?: number;
}

/**
 * Plans with the breakers as a filter. Where the choice has a half-open breaker, this job is sent as its probe, if the
 * fleet has no other under way; else the plan is made again without it.
 */
export async function planPastBreakers(
  input: Omit<PlanRouteInput, 'breakerReason'>,
  { breakers, holder, random }: PlanPastBreakersOptions,
): Promise<PlannedRoute> {
  const passages = new Map<string, Passage>();
  const passage = ({ breakerScope }: Deployment): Passage => {
    const known = passages.get(breakerScope) ?? lot(breakers.passage(breakerScope), random);
    passages.set(breakerScope, known);
    return known;
  };
  const breakerReason = (deployment: Deployment) => wordsOf(passage(deployment));
  // Each turn settles one half-open breaker, so there are no more turns than candidates.
  for (;;) {
    const plan = planRoute({ ...input, breakerReason });
    const choice = input.catalogue.deployments.get(plan.choice ?? '');
    if (choice === undefined) return { plan, ...waitOf(plan, input, passage) };
    if (passage(choice).kind !== 'half-open') return { plan };
    const { breakerScope } = choice;
    if (await breakers.lease(breakerScope, holder, ROUTED_PROBE_MS)) return { plan };
    passages.set(breakerScope, ANOTHER_PROBES);
  }
}

/** A ramp lets this job through or not: drawn once a decision. */
function lot(passage: Passage, random: () => number): Passage {
  if (passage.kind !== 'ramp' || random() >= passage.share) return passage;
  return { kind: 'closed' };
}

function wordsOf(passage: Passage): string | undefined {
  switch (passage.kind) {
    case 'closed':
      return undefined;
    case 'open':
      return `its breaker is open for another ${String(Math.ceil(passage.waitMs / 1_000))} s`;
    case 'half-open':
      return passage.waitMs === 0 ? undefined : 'its breaker waits for the answer to a probe';
    case 'ramp':
      return `its breaker lets ${String(passage.share * 100)} % through after an outage`;
  }
}

function waitOf(
  plan: RoutePlan,
  { catalogue }: Pick<PlanRouteInput, 'catalogue'>,
  passage: (deployment: Deployment) => Passage,
): { readonly waitMs?: number } {
  const waits = plan.candidates.flatMap(({ deployment, reasons }) => {
    const found = catalogue.deployments.get(deployment);
    if (found === undefined || reasons.length !== 1) return [];
    const held = passage(found);
    if (reasons[0] !== wordsOf(held)) return [];
    return [held.kind === 'open' ? held.waitMs : 0];
  });
  return waits.length === 0 ? {} : { waitMs: Math.min(...waits) };
}
