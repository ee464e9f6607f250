/** What everybody who is signed in may know of a provider. */
export interface PublicProvider {
  readonly name: string;
  readonly api_format: 'openai' | 'anthropic';
  /** Tier -> models in order. */
  readonly models: Readonly<Record<string, readonly string[]>>;
}
