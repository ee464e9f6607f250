import type { PublicProvider } from '@ccs/dto';

/** Whether a call would find somebody to answer it, and if not, why. */
export type GatewayStatus =
  | { readonly kind: 'ready'; readonly providers: readonly string[] }
  /** `reasonsKnown`: the list says of each why; else the person cannot change it anyway. */
  | { readonly kind: 'allDisabled'; readonly reasonsKnown: boolean }
  | { readonly kind: 'noProvider' };

export function gatewayStatus(providers: readonly PublicProvider[]): GatewayStatus {
  if (providers.length === 0) return { kind: 'noProvider' };
  const enabled = providers.filter((provider) => provider.enabled).map((provider) => provider.name);
  if (enabled.length === 0) {
    return {
      kind: 'allDisabled',
      reasonsKnown: providers.some((provider) => provider.disabled_reason !== null),
    };
  }
  // The same name may stand for both formats.
  return { kind: 'ready', providers: [...new Set(enabled)] };
}

/** The tier a test call asks for: what Claude Code uses most, else whatever there is. */
export function testTier(providers: readonly PublicProvider[]): string {
  const tiers = providers
    .filter((provider) => provider.enabled)
    .flatMap((provider) => Object.entries(provider.models))
    .filter(([, models]) => models.length > 0)
    .map(([tier]) => tier);
  return ['middle', 'big', 'small'].find((tier) => tiers.includes(tier)) ?? tiers[0] ?? 'middle';
}
