import type { IdSource, WayBack } from './conversion.js';

/** What the way back knows of the call besides the provider's answer. */
export interface AnswerContext {
  /** Of the request that the answer belongs to. */
  readonly conversion: WayBack;
  readonly ids: IdSource;
  /** A whole number. Shown at the start of a stream, and at the end where the provider reports no usage (specification C1). */
  readonly inputTokensEstimate: number;
  /** As the administrator calls it; some messages to the client name it. */
  readonly providerName: string;
}
