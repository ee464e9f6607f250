import {
  NoUsableProviderError,
  ProviderDisabledError,
  UnknownModelError,
  UnknownProviderError,
} from '../errors/routing-errors.js';
import { tierOfModelName } from './model-tier.js';
import { findAlias } from './model-aliases.js';
import type { Dialect, RoutableProvider, RoutingTable, Target } from './routable-provider.js';
import type { OrderContext } from './routing-strategies.js';
import type { RoutingStrategyRegistry } from './routing-strategy-registry.js';

/** What a call says about where it wants to go. */
export interface RouteRequest {
  /** `model` of the body. */
  readonly model: string;
  /** Header `X-Provider-Name`. */
  readonly providerName?: string | undefined;
  /** Header `X-API-Format`; only read together with a provider's name. */
  readonly dialect?: Dialect | undefined;
  /** Header `X-Allow-Fallback`: others may serve the call when the named provider does not. */
  readonly allowFallback?: boolean;
}

export interface RouteContext<P extends RoutableProvider> extends OrderContext<P> {
  readonly strategies: RoutingStrategyRegistry;
}

export interface Route<P extends RoutableProvider> {
  /** Best first, never empty. */
  readonly targets: readonly Target<P>[];
  /** The caller named the provider of the first target: others are there only if he allowed it. */
  readonly explicit: boolean;
}

/**
 * Chooses the targets of a call by the five rules, in this order: explicit provider, alias, tier words in
 * the model's name, a model that some provider lists, default tier.
 *
 * @throws UnknownProviderError, ProviderDisabledError, UnknownModelError, NoUsableProviderError
 */
export function routeModel<P extends RoutableProvider>(
  request: RouteRequest,
  table: RoutingTable<P>,
  context: RouteContext<P>,
): Route<P> {
  const named = findNamedProvider(request, table);
  if (named !== null) {
    const own = routeWithin(named.provider, named.model, table, context);
    const others =
      request.allowFallback === true ? routeAround(named.provider, named.model, table, context) : [];
    return { targets: [...own, ...others], explicit: true };
  }
  const usable = table.providers.filter((provider) => provider.enabled);
  if (usable.length === 0) {
    throw new NoUsableProviderError(
      table.providers.map((p) => `${p.name}: ${p.disabledReason ?? 'disabled'}`),
    );
  }
  const targets = routeAmong(usable, request.model, table, context);
  if (targets.length === 0) throw new UnknownModelError(request.model, availableModels(usable));
  return { targets, explicit: false };
}

/** Every model name the enabled providers list, each once, in routing order. */
export function availableModels(providers: readonly RoutableProvider[]): string[] {
  const names = new Set<string>();
  for (const provider of providers)
    for (const models of provider.tiers.values()) for (const m of models) names.add(m);
  return [...names];
}

/** Rules 2 to 5; empty when none of them finds anybody. */
function routeAmong<P extends RoutableProvider>(
  usable: readonly P[],
  model: string,
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] {
  return (
    routeByAlias(model, usable, table, context) ??
    routeByTierWord(model, usable, table, context) ??
    routeByListedModel(model, usable, table, context) ??
    routeByDefaultTier(usable, table, context) ??
    []
  );
}

/** Who else could serve a call that named its provider. */
function routeAround<P extends RoutableProvider>(
  named: P,
  model: string,
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] {
  const others = table.providers.filter((provider) => provider.enabled && provider !== named);
  return routeAmong(others, model, table, context);
}

function findNamedProvider<P extends RoutableProvider>(
  request: RouteRequest,
  table: RoutingTable<P>,
): { provider: P; model: string } | null {
  if (request.providerName !== undefined) {
    const provider = pickEntry(request.providerName, request.dialect, table);
    if (provider === null) {
      throw new UnknownProviderError(
        request.dialect === undefined ? request.providerName : `${request.providerName} (${request.dialect})`,
        [...new Set(table.providers.map((p) => p.name))],
      );
    }
    return { provider, model: request.model };
  }
  const slash = request.model.indexOf('/');
  if (slash <= 0 || table.providers.some((p) => p.enabled && listsModel(p, request.model))) return null;
  const provider = pickEntry(request.model.slice(0, slash), undefined, table);
  return provider === null ? null : { provider, model: request.model.slice(slash + 1) };
}

/** One entry of a name: an enabled one before a disabled one, then the lower priority (the table's order). */
function pickEntry<P extends RoutableProvider>(
  name: string,
  dialect: Dialect | undefined,
  table: RoutingTable<P>,
): P | null {
  const entries = table.providers.filter(
    (p) => p.name === name && (dialect === undefined || p.dialect === dialect),
  );
  const entry = entries.find((p) => p.enabled) ?? entries[0];
  if (entry === undefined) return null;
  if (!entry.enabled) throw new ProviderDisabledError(entry.name, entry.disabledReason);
  return entry;
}

function routeWithin<P extends RoutableProvider>(
  provider: P,
  model: string,
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] {
  if (listsModel(provider, model)) return [{ provider, model, tier: null }];
  const only = [provider];
  const targets =
    routeByAlias(model, only, table, context) ??
    routeByTierWord(model, only, table, context) ??
    routeByDefaultTier(only, { ...table, defaultTier: provider.defaultTier ?? table.defaultTier }, context);
  if (targets === null || targets.length === 0) throw new UnknownModelError(model, availableModels(only));
  return targets;
}

function routeByAlias<P extends RoutableProvider>(
  model: string,
  usable: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] | null {
  const meaning = findAlias(table.modelAliases, model);
  if (meaning === undefined) return null;
  const targets = (typeof meaning === 'string' ? [meaning] : meaning).flatMap(
    (name) =>
      routeByTier(name, usable, table, context) ?? routeByQualifiedName(name, usable, table, context) ?? [],
  );
  return targets.length === 0 ? null : withoutRepeats(targets);
}

function withoutRepeats<P extends RoutableProvider>(targets: readonly Target<P>[]): readonly Target<P>[] {
  return targets.filter(
    (target, index) =>
      targets.findIndex((each) => each.provider === target.provider && each.model === target.model) === index,
  );
}

/** `provider/model` of an alias, or a plain model name. */
function routeByQualifiedName<P extends RoutableProvider>(
  name: string,
  usable: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] | null {
  const listed = routeByListedModel(name, usable, table, context);
  if (listed !== null) return listed;
  const slash = name.indexOf('/');
  if (slash <= 0) return null;
  const provider = usable.find((p) => p.name === name.slice(0, slash));
  return provider === undefined ? null : [{ provider, model: name.slice(slash + 1), tier: null }];
}

function routeByTierWord<P extends RoutableProvider>(
  model: string,
  usable: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] | null {
  const tier = tierOfModelName(model);
  const byWord = tier === null ? null : routeByTier(tier, usable, table, context);
  return byWord ?? routeByTier(model.toLowerCase(), usable, table, context);
}

function routeByListedModel<P extends RoutableProvider>(
  model: string,
  usable: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] | null {
  const listing = usable.filter((provider) => listsModel(provider, model));
  if (listing.length === 0) return null;
  return order(listing, table, context).map((provider) => ({ provider, model, tier: null }));
}

function routeByDefaultTier<P extends RoutableProvider>(
  usable: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] | null {
  return table.defaultTier === 'reject' ? null : routeByTier(table.defaultTier, usable, table, context);
}

/** The models of a tier, provider by provider as the strategy orders them; null when nobody has the tier. */
function routeByTier<P extends RoutableProvider>(
  tier: string,
  usable: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly Target<P>[] | null {
  const having = usable.filter((provider) => (provider.tiers.get(tier)?.length ?? 0) > 0);
  if (having.length === 0) return null;
  return order(having, table, context).flatMap((provider) => {
    const models = provider.tiers.get(tier) ?? [];
    const ordered = context.strategies.of(table.fallbackStrategy).orderModels(models, context.random);
    return ordered.map((model) => ({ provider, model, tier }));
  });
}

function order<P extends RoutableProvider>(
  providers: readonly P[],
  table: RoutingTable<P>,
  context: RouteContext<P>,
): readonly P[] {
  return context.strategies.of(table.fallbackStrategy).orderProviders(providers, context);
}

function listsModel(provider: RoutableProvider, model: string): boolean {
  for (const models of provider.tiers.values()) if (models.includes(model)) return true;
  return false;
}
