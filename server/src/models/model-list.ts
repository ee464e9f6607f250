import type { ModelInfo, ModelList } from '@ccs/wire';
import { InvalidRequestError } from '../errors/caller-errors.js';
import { mayUseTarget, type CallScope } from '../limits/call-scope.js';
import type { RoutableProvider, RoutingTable, Target } from '../routing/routable-provider.js';

/**
 * The names Claude Code resolves its own aliases to, by the tier that serves them. It shows only gateway
 * models whose ids begin with `claude`, so these are what its `/model` list gets.
 */
const CLAUDE_NAMES: readonly { id: string; tier: string; label: string }[] = [
  { id: 'claude-fable-5-2', tier: 'big', label: 'Fable' },
  { id: 'claude-opus-5-5', tier: 'big', label: 'Opus' },
  { id: 'claude-sonnet-5-5', tier: 'middle', label: 'Sonnet' },
  { id: 'claude-haiku-5-5', tier: 'small', label: 'Haiku' },
];

/** The release dates of other people's models are unknown; the API reference names the epoch for that. */
const CREATED_AT = '1970-01-01T00:00:00Z';

/**
 * Every model name a caller may use: the Claude names that a tier serves, then the providers' own, in routing order.
 * `scopes`: what his key and its owner are restricted to.
 */
export function listModels(table: RoutingTable, scopes: readonly CallScope[] = []): ModelInfo[] {
  const usable = table.providers.filter((provider) => provider.enabled);
  const claude = CLAUDE_NAMES.flatMap(({ id, tier, label }) => {
    const served = servingTarget(usable, tier, (target) => mayUseTarget(scopes, id, target));
    return served === null ? [] : [modelInfo(id, `${label} (${served.provider.name}/${served.model})`)];
  });
  const own = ownModels(usable, scopes)
    .filter((id) => !claude.some((model) => model.id === id))
    .map((id) => modelInfo(id, id));
  return [...claude, ...own];
}

/** One page, as the Anthropic API cuts them: `limit` 1–1000 (20), after or before a given id. */
export function pageOfModels(
  models: readonly ModelInfo[],
  query: Readonly<Record<string, unknown>>,
): ModelList {
  const limit = readLimit(query['limit']);
  const after = indexOfCursor(models, query, 'after_id');
  const before = indexOfCursor(models, query, 'before_id');
  const end = before === null ? models.length : before;
  const start = after === null ? (before === null ? 0 : Math.max(0, end - limit)) : after + 1;
  const data = models.slice(start, Math.min(end, start + limit));
  const hasMore = before === null ? start + data.length < models.length : start > 0;
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

/** The first target of a tier that may be used. */
function servingTarget(
  providers: readonly RoutableProvider[],
  tier: string,
  mayUse: (target: Target) => boolean,
): Target | null {
  for (const provider of providers) {
    for (const model of provider.tiers.get(tier) ?? []) {
      const target = { provider, model, tier };
      if (mayUse(target)) return target;
    }
  }
  return null;
}

function ownModels(providers: readonly RoutableProvider[], scopes: readonly CallScope[]): string[] {
  const names = new Set<string>();
  for (const provider of providers) {
    for (const model of [...provider.tiers.values()].flat()) {
      if (mayUseTarget(scopes, model, { provider, model, tier: null })) names.add(model);
    }
  }
  return [...names];
}

function modelInfo(id: string, displayName: string): ModelInfo {
  return { type: 'model', id, display_name: displayName, created_at: CREATED_AT };
}

function readLimit(value: unknown): number {
  if (value === undefined) return 20;
  const limit = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > 1000) throw new InvalidRequestError('limit', 'must be an integer from 1 to 1000');
  return limit;
}

function indexOfCursor(
  models: readonly ModelInfo[],
  query: Readonly<Record<string, unknown>>,
  name: string,
): number | null {
  const id = query[name];
  if (id === undefined) return null;
  const index = models.findIndex((model) => model.id === id);
  if (index < 0) throw new InvalidRequestError(name, 'is not the id of a listed model');
  return index;
}
