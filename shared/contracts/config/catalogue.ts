import { createHash } from 'node:crypto';
import { type DatedPrice, type Price, priceAt } from '../../core/price.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { breakerScope } from '../breaker-scope.ts';
import { type Budget, compileBudgets, type KeyLimits } from './budgets.ts';
import type {
  BudgetTier,
  Capability,
  ConfigDocument,
  DeploymentConfig,
  ProviderConfig,
} from './config.ts';
import { compilePrice, compileRates } from './prices.ts';

/** One place that serves one model, compiled: money in nano-USD, references checked. */
export interface Deployment {
  readonly id: string;
  readonly providerId: string;
  /** The model's name at the provider. */
  readonly requestModel: string;
  /** The breaker that watches over it. */
  readonly breakerScope: string;
  readonly contextWindow: number;
  readonly maxOutputTokens?: number;
  readonly capabilities: ReadonlySet<Capability>;
  readonly quality: Readonly<Record<string, number>>;
  readonly prices: readonly DatedPrice[];
}

/** What a client may ask for by one name. */
export interface ModelTarget {
  readonly deployments: readonly Deployment[];
}

/** The configuration as the services use it: one object, replaced whole, named by its content. */
export interface Catalogue {
  readonly version: string;
  readonly document: ConfigDocument;
  readonly providers: ReadonlyMap<string, ProviderConfig>;
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** Every name that a request's `model` may have, but `auto`. */
  readonly models: ReadonlyMap<string, ModelTarget>;
  /** Deployments that a tier may use when the client asks for `auto`. */
  readonly tiers: Readonly<Record<BudgetTier, readonly Deployment[]>>;
  readonly budgets: readonly Budget[];
  /** What each key of a tenant may ask for, where that is not the default. */
  readonly keyLimits: ReadonlyMap<string, KeyLimits>;
}

export const AUTO_MODEL = 'auto';

const TIERS = ['cheap', 'balanced', 'premium'] as const;

/** Checks what a schema cannot (unique ids, references) and compiles; the error names the field. */
export function compileCatalogue(document: ConfigDocument): Result<Catalogue, string> {
  const providers = new Map(document.providers.map((provider) => [provider.id, provider]));
  if (providers.size !== document.providers.length) return err('providers: two have the same id');
  const deployments = new Map<string, Deployment>();
  for (const one of document.deployments) {
    const provider = providers.get(one.provider);
    if (provider === undefined) {
      return err(`deployments: ${one.id} names the provider ${one.provider}, which is not there`);
    }
    deployments.set(one.id, compileDeployment(one, provider));
  }
  if (deployments.size !== document.deployments.length) {
    return err('deployments: two have the same id');
  }
  const models = compileModels(document, deployments);
  if (!models.ok) return models;
  const budgets = compileBudgets(document.budgets);
  if (!budgets.ok) return budgets;
  return ok({
    version: createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 12),
    document,
    providers,
    deployments,
    models: models.value,
    tiers: compileTiers(document, deployments),
    budgets: budgets.value,
    keyLimits: new Map(
      document.tenants.flatMap(({ id, perKey }) => (perKey === undefined ? [] : [[id, perKey]])),
    ),
  });
}

/** The deployments that a request's `model` names; undefined when nothing has that name. */
export function findDeployments(
  catalogue: Catalogue,
  model: string,
  tier: BudgetTier,
): readonly Deployment[] | undefined {
  if (model === AUTO_MODEL) return catalogue.tiers[tier];
  return catalogue.models.get(model)?.deployments;
}

/** Whether an allow or deny list names the deployment: by its id, its provider or its model. */
export function isListed(
  { id, providerId, requestModel }: Deployment,
  list: readonly string[],
): boolean {
  return [id, providerId, requestModel].some((name) => list.includes(name));
}

/** The price of a deployment now, or the configured cap, or undefined where unknown prices are refused. */
export function priceOf(
  catalogue: Catalogue,
  deployment: Deployment,
  nowMs: number,
): Price | undefined {
  const listed = priceAt(deployment.prices, nowMs);
  if (listed !== undefined) return listed;
  const cap = catalogue.document.routing.unknownPrice;
  if (cap === 'refuse') return undefined;
  return { rates: compileRates(cap), tiers: [], isCap: true };
}

function compileDeployment(config: DeploymentConfig, provider: ProviderConfig): Deployment {
  return {
    id: config.id,
    providerId: config.provider,
    requestModel: config.model,
    breakerScope: breakerScope(provider, config.model),
    contextWindow: config.contextWindow,
    ...(config.maxOutputTokens === undefined ? {} : { maxOutputTokens: config.maxOutputTokens }),
    capabilities: new Set(config.capabilities),
    quality: config.quality,
    prices: config.prices.map(compilePrice),
  };
}

/** Deployment ids, `<provider>/<model>`, bare model names, groups and aliases. */
function compileModels(
  document: ConfigDocument,
  deployments: ReadonlyMap<string, Deployment>,
): Result<Map<string, ModelTarget>, string> {
  const groups = compileGroups(document, deployments);
  if (!groups.ok) return groups;
  const models = new Map<string, ModelTarget>();
  const add = (name: string, found: readonly Deployment[]) => {
    const known = models.get(name)?.deployments ?? [];
    models.set(name, { deployments: [...new Set([...known, ...found])] });
  };
  for (const alias of document.aliases) {
    for (const target of alias.targets) {
      const found =
        'group' in target ? groups.value.get(target.group) : only(deployments, target.deployment);
      if (found === undefined)
        return err(`aliases: ${alias.name} names a target that is not there`);
      add(alias.name, found);
    }
  }
  for (const [name, members] of groups.value) if (!models.has(name)) add(name, members);
  for (const one of deployments.values()) {
    const names = [one.id, `${one.providerId}/${one.requestModel}`, one.requestModel];
    for (const name of new Set(names)) add(name, [one]);
  }
  return ok(models);
}

function compileGroups(
  document: ConfigDocument,
  deployments: ReadonlyMap<string, Deployment>,
): Result<Map<string, readonly Deployment[]>, string> {
  const groups = new Map<string, readonly Deployment[]>();
  for (const { name, deployments: ids } of document.groups) {
    const members = ids.flatMap((id) => only(deployments, id) ?? []);
    if (members.length !== ids.length) {
      return err(`groups: ${name} names a deployment that is not there`);
    }
    groups.set(name, members);
  }
  return ok(groups);
}

function only(
  deployments: ReadonlyMap<string, Deployment>,
  id: string,
): readonly Deployment[] | undefined {
  const found = deployments.get(id);
  return found && [found];
}

function compileTiers(
  document: ConfigDocument,
  deployments: ReadonlyMap<string, Deployment>,
): Record<BudgetTier, readonly Deployment[]> {
  const all = [...deployments.values()];
  const membersOf = (tier: BudgetTier): readonly Deployment[] => {
    const groups = document.groups.filter((group) => group.budget?.includes(tier) === true);
    if (groups.length === 0) return all;
    const ids = new Set(groups.flatMap((group) => group.deployments));
    return all.filter((one) => ids.has(one.id));
  };
  const [cheap, balanced, premium] = TIERS;
  return {
    [cheap]: membersOf(cheap),
    [balanced]: membersOf(balanced),
    [premium]: membersOf(premium),
  };
}
