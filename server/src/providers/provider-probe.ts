import { hash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { DiscoveredModel } from '@ccs/dto';
import type { MessagesRequest } from '@ccs/wire';
import { passThroughRequestHeaders } from '../converters/anthropic-anthropic/pass-through-headers.js';
import type { AnswerContext } from '../converters/anthropic-openai/answer-context.js';
import type { IdSource } from '../converters/anthropic-openai/conversion.js';
import { convertError } from '../converters/anthropic-openai/convert-error.js';
import { convertRequest } from '../converters/anthropic-openai/convert-request.js';
import { stringifyJson } from '../converters/stringify-json.js';
import type { StreamUsage } from '../converters/stream-converter.js';
import type { GatewayError } from '../errors/gateway-error.js';
import { maskProviderSecrets } from '../provider-clients/mask-provider-secrets.js';
import { ProviderClient } from '../provider-clients/provider-client.js';
import type { CatalogProvider } from './catalog-provider.js';
import { readModelList } from './model-lists.js';
import {
  AnthropicProbeReader,
  OpenAiProbeReader,
  readWholeAnthropicAnswer,
  readWholeOpenAiAnswer,
  refusedAnswer,
  type ProbeReader,
  type WholeAnswer,
} from './probe-answers.js';
import { exchangeOnLiveConnection, type ProbeExchangeResult } from './probe-exchange.js';

/** What asking for the list of models came to. */
export interface ModelsProbe {
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Null: the provider gave none. */
  readonly models: readonly DiscoveredModel[] | null;
  /** In words for an administrator. Of a provider that has no such list it is an error too: see `status`. */
  readonly error: GatewayError | null;
}

/** What one small call came to. */
export interface CallProbe {
  readonly model: string;
  /** Milliseconds to the first event with meaning; null: there was none, or the answer was no stream. */
  readonly firstEventMs: number | null;
  readonly durationMs: number;
  /** Null: the provider reported none. */
  readonly usage: StreamUsage | null;
  /** Null: the model works. */
  readonly error: GatewayError | null;
}

export interface CallProbeOptions {
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

const MODELS_TIMEOUT_MS = 10_000;
const LONGEST_CALL_MS = 120_000;
const PROMPT = 'Reply with the single word: ok';

const ids: IdSource = {
  messageId: () => `msg_${randomUUID()}`,
  toolUseId: () => `toolu_${randomUUID()}`,
};
const sha256Hex = (text: string): string => hash('sha256', text);

/**
 * Asks a provider how it is, by the very means of calls but apart from them: nothing of it gets into the usage
 * statistics, limits, breakers or estimates. One that is switched off can be asked as well.
 */
@Injectable()
export class ProviderProbe {
  constructor(private readonly client: ProviderClient) {}

  /** Costs nothing. Rejects only when `signal` ends it. */
  async models(provider: CatalogProvider, signal: AbortSignal): Promise<ModelsProbe> {
    const result = await exchangeOnLiveConnection(
      (listener, fresh) => this.client.getModels(provider, listener, fresh),
      null,
      {
        firstEventTimeoutMs: MODELS_TIMEOUT_MS,
        totalTimeoutMs: MODELS_TIMEOUT_MS,
        signal,
      },
    );
    const { status, durationMs } = result;
    const error = failureOf(result, provider);
    const models = error === null ? readModelList(result.body) : null;
    return { status, durationMs, models, error };
  }

  /** Costs a few tokens. Rejects only when `signal` ends it. */
  async call(provider: CatalogProvider, model: string, options: CallProbeOptions): Promise<CallProbe> {
    const request: MessagesRequest = {
      model,
      max_tokens: options.maxTokens,
      stream: true,
      messages: [{ role: 'user', content: PROMPT }],
    };
    return provider.dialect === 'openai'
      ? this.openAiCall(provider, request, options.signal)
      : this.anthropicCall(provider, request, options.signal);
  }

  private async openAiCall(
    provider: CatalogProvider,
    request: MessagesRequest,
    signal: AbortSignal,
  ): Promise<CallProbe> {
    const { model } = request;
    const conversion = convertRequest(request, { model, profile: provider.profileOf(model) }, sha256Hex);
    const context: AnswerContext = { conversion, ids, inputTokensEstimate: 0, providerName: provider.name };
    const reader = new OpenAiProbeReader(context);
    const body = Buffer.from(stringifyJson(conversion.body));
    const result = await exchangeOnLiveConnection(
      (listener, fresh) => this.client.postChatCompletion(provider, body, listener, fresh),
      reader,
      limitsOf(provider, signal),
    );
    return callProbe(provider, model, result, reader, (whole) => readWholeOpenAiAnswer(whole, context));
  }

  private async anthropicCall(
    provider: CatalogProvider,
    request: MessagesRequest,
    signal: AbortSignal,
  ): Promise<CallProbe> {
    const { model } = request;
    const reader = new AnthropicProbeReader(model, provider.name);
    const { headers } = passThroughRequestHeaders(
      { 'content-type': 'application/json', 'user-agent': 'cc-switch' },
      provider.profileOf(model).betas,
      provider.apiVersion,
    );
    const body = Buffer.from(JSON.stringify(request));
    const result = await exchangeOnLiveConnection(
      (listener, fresh) => this.client.postMessages(provider, body, headers, '', listener, fresh),
      reader,
      limitsOf(provider, signal),
    );
    return callProbe(provider, model, result, reader, (whole) =>
      readWholeAnthropicAnswer(whole, model, provider.name),
    );
  }
}

const limitsOf = ({ timeoutMs }: CatalogProvider, signal: AbortSignal) => ({
  firstEventTimeoutMs: Math.min(timeoutMs, LONGEST_CALL_MS),
  totalTimeoutMs: LONGEST_CALL_MS,
  signal,
});

function callProbe(
  provider: CatalogProvider,
  model: string,
  result: ProbeExchangeResult,
  reader: ProbeReader,
  readWhole: (body: Buffer) => WholeAnswer,
): CallProbe {
  const { firstEventMs, durationMs } = result;
  const masked = (error: GatewayError | null): GatewayError | null =>
    error === null ? null : maskProviderSecrets(error, provider);
  const failure = result.isStream ? null : failureOf(result, provider);
  if (failure !== null) return { model, firstEventMs, durationMs, usage: null, error: failure };
  if (!result.isStream) {
    const { usage, error } = readWhole(result.body);
    return { model, firstEventMs, durationMs, usage, error: masked(error) };
  }
  const unfinished = result.failure === null ? null : networkError(result.failure, provider.name);
  // A stream that had said all before the connection broke is whole.
  const error = reader.error ?? (reader.finished ? null : unfinished);
  return { model, firstEventMs, durationMs, usage: reader.usage, error: masked(error) };
}

/** Why there is no 2xx answer; null: there is one. */
function failureOf(result: ProbeExchangeResult, provider: CatalogProvider): GatewayError | null {
  const { status, failure, headers, body } = result;
  if (failure !== null) return networkError(failure, provider.name);
  if (status === null) return networkError('reset', provider.name);
  return status < 300
    ? null
    : maskProviderSecrets(refusedAnswer(status, headers, body, provider.name), provider);
}

function networkError(
  failure: NonNullable<ProbeExchangeResult['failure']>,
  providerName: string,
): GatewayError {
  return convertError({
    providerName,
    network: failure === 'aborted' || failure === 'stale' ? 'reset' : failure,
  });
}
