/** What everybody who is signed in may know of a provider. Disabled ones are listed too, so that one sees why nobody answers. */
export interface PublicProvider {
  readonly name: string;
  readonly api_format: 'openai' | 'anthropic';
  readonly enabled: boolean;
  /** In words; null: it is enabled, or the caller lacks the permission `providers`. */
  readonly disabled_reason: string | null;
  /** Tier -> models in order. */
  readonly models: Readonly<Record<string, readonly string[]>>;
}
