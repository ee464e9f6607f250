import { matchesGlob } from '../routing/model-aliases.js';
import type { Target } from '../routing/routable-provider.js';
import { AddressList } from './address-list.js';
import type { LimitValues } from './limit-values.js';

/** What a key, or its owner, may be used for; null: anything. Parsed once, with the principal. */
export interface CallScope {
  readonly models: readonly string[] | null;
  readonly providers: ReadonlySet<string> | null;
  readonly addresses: AddressList | null;
}

/** Null: no restriction at all. */
export function callScope(values: LimitValues): CallScope | null {
  const { allowedModels, allowedProviders, ipAllowlist } = values;
  if (allowedModels === null && allowedProviders === null && ipAllowlist === null) return null;
  return Object.freeze({
    models: allowedModels,
    providers: allowedProviders === null ? null : new Set(allowedProviders),
    addresses: ipAllowlist === null ? null : new AddressList(ipAllowlist),
  });
}

/** Every scope must allow it: the key's and the owner's. `address`: the peer's, proxies taken off. */
export function mayCallFrom(scopes: readonly CallScope[], address: string): boolean {
  return scopes.every(({ addresses }) => addresses === null || addresses.includes(address));
}

/**
 * Whether a call that asks for a model may be sent to a target. A model is allowed under the name that was asked
 * for, under the provider's own, and as `provider/model`.
 */
export function mayUseTarget(scopes: readonly CallScope[], requestedModel: string, target: Target): boolean {
  const { provider, model } = target;
  return scopes.every(({ models, providers }) => {
    if (providers !== null && !providers.has(provider.name)) return false;
    if (models === null) return true;
    return [requestedModel, model, `${provider.name}/${model}`].some((name) => matchesAny(models, name));
  });
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => (pattern.includes('*') ? matchesGlob(pattern, name) : pattern === name));
}
