import { Injectable } from '@nestjs/common';
import { readCountedTokens } from '../converters/anthropic-anthropic/pass-through-answer.js';
import { passThroughRequestHeaders } from '../converters/anthropic-anthropic/pass-through-headers.js';
import { rewriteRequest } from '../converters/anthropic-anthropic/rewrite-request.js';
import { ProviderClient } from '../provider-clients/provider-client.js';
import type { ExchangeListener } from '../provider-clients/upstream-exchange.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import type { Target } from '../routing/routable-provider.js';
import type { CountCall } from './count-call.js';

const TIMEOUT_MS = 2000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Asks an Anthropic-format provider to count, by the rules of pass-through (specification T1 to T3). */
@Injectable()
export class UpstreamTokenCount {
  constructor(private readonly client: ProviderClient) {}

  /**
   * Null when the provider does not say within two seconds.
   *
   * @throws InvalidRequestError as `rewriteRequest` does
   */
  async ask(call: CountCall, target: Target<CatalogProvider>): Promise<number | null> {
    const { provider, model } = target;
    const profile = provider.profileOf(model);
    const { body } = rewriteRequest(call.rawBody, call.request, { model, profile });
    const { headers } = passThroughRequestHeaders(call.headers, profile.betas, provider.apiVersion);
    const answer = new CollectedAnswer();
    const exchange = this.client.postCountTokens(provider, body, headers, call.query, answer);
    const timer = setTimeout(() => {
      answer.giveUp();
      exchange.abort();
    }, TIMEOUT_MS);
    try {
      return await answer.inputTokens;
    } finally {
      clearTimeout(timer);
      exchange.abort();
    }
  }
}

/** A small JSON answer; whatever else comes counts as none. */
class CollectedAnswer implements ExchangeListener {
  readonly inputTokens: Promise<number | null>;
  #settle: (tokens: number | null) => void = () => undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor() {
    this.inputTokens = new Promise((resolve) => (this.#settle = resolve));
  }

  onHeaders(status: number): void {
    if (status !== 200) this.giveUp();
  }

  onData(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ANSWER_BYTES) this.giveUp();
    else this.#chunks.push(chunk);
  }

  onEnd(): void {
    this.#settle(readCountedTokens(Buffer.concat(this.#chunks)));
  }

  onFailure(): void {
    this.giveUp();
  }

  giveUp(): void {
    this.#settle(null);
  }
}
