export type Dialect = 'openai' | 'anthropic';

/** `fallback_strategy` of the configuration. */
export type FallbackStrategy = 'priority' | 'random' | 'weighted' | 'least-latency';

/** What routing knows of a provider. The catalog's own entries extend it. */
export interface RoutableProvider {
  readonly name: string;
  readonly dialect: Dialect;
  readonly enabled: boolean;
  /** Why it is not enabled, in words for an administrator; null while it is enabled. */
  readonly disabledReason: string | null;
  /** Lower goes first. */
  readonly priority: number;
  readonly weight: number;
  /** Tier (`big`, `middle`, `small`, or one of the file's own) -> models in order. */
  readonly tiers: ReadonlyMap<string, readonly string[]>;
  /** Tier for a model name that says nothing, when this provider was named explicitly; null: the catalog's. */
  readonly defaultTier: string | null;
}

export interface Target<P extends RoutableProvider = RoutableProvider> {
  readonly provider: P;
  /** The provider's own name of the model. */
  readonly model: string;
  /** The tier the model was found in; null when it was named itself. */
  readonly tier: string | null;
}

export interface RoutingTable<P extends RoutableProvider = RoutableProvider> {
  /** All providers, disabled ones too, by priority, then in file order. */
  readonly providers: readonly P[];
  /** Alias or glob -> tier name, or list of `provider/model` and model names. */
  readonly modelAliases: Readonly<Record<string, string | readonly string[]>>;
  /** A tier, or `reject`. */
  readonly defaultTier: string;
  readonly fallbackStrategy: FallbackStrategy;
}
