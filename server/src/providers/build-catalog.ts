import type { RoutingSettings } from '../config/provider-file.js';
import { isHttpUrl } from '../config/environment-reader.js';
import { resolveReferences, type Variables } from '../config/references.js';
import { Secret } from '../config/secret.js';
import { guessPreset } from '../converters/anthropic-openai/presets.js';
import type { Profile } from '../converters/anthropic-openai/profile.js';
import { resolveProfile } from '../converters/anthropic-openai/resolve-profile.js';
import type { CatalogProvider, CatalogSnapshot } from './catalog-provider.js';
import type { StoredCatalog, StoredProvider, StoredText } from './stored-provider.js';

const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_STREAM_IDLE_SECONDS = 60;
/** A whole answer may take this many times as long as the first event of a stream. */
const PLAIN_TIMEOUT_FACTOR = 5;
const DEFAULT_MAX_RETRIES = 1;
const DEFAULT_FAILURE_THRESHOLD = 5;
const DEFAULT_RECOVERY_SECONDS = 60;
const DEFAULT_EMPTY_ANSWER_RETRIES = 3;

/** In a header: the provider's own key, which is no variable. */
const OWN_KEY = '${API_KEY}';

const NO_KEY = 'it has no api_key';

/** Headers that carry a credential themselves: with one of them an entry needs no `api_key`. */
const CREDENTIAL_HEADERS = new Set(['authorization', 'x-api-key', 'api-key']);

/** Why nothing is sent to a host, as far as its name tells; null: that is decided when it is resolved. */
export type RefusalOfHost = (hostname: string) => string | null;

/** What the hot path reads, from what is stored and the variables of this process. */
export function buildCatalog(
  stored: StoredCatalog,
  variables: Variables,
  version: number,
  refusalOfHost: RefusalOfHost = () => null,
): CatalogSnapshot {
  return Object.freeze({
    version,
    providers: Object.freeze(
      stored.providers.map((provider) => buildProvider(provider, variables, refusalOfHost)),
    ),
    ...routingOf(stored.routing),
  });
}

function routingOf(routing: RoutingSettings): Omit<CatalogSnapshot, 'version' | 'providers'> {
  return {
    modelAliases: Object.freeze({ ...routing.model_aliases }),
    defaultTier: routing.default_tier ?? 'middle',
    fallbackStrategy: routing.fallback_strategy ?? 'priority',
    breaker: Object.freeze({
      failureThreshold: routing.circuit_breaker?.failure_threshold ?? DEFAULT_FAILURE_THRESHOLD,
      recoveryTimeoutMs: (routing.circuit_breaker?.recovery_timeout ?? DEFAULT_RECOVERY_SECONDS) * 1000,
    }),
    emptyAnswerRetries:
      routing.retry_on_zero_output_tokens === false
        ? 0
        : (routing.retry_on_zero_output_tokens_retries ?? DEFAULT_EMPTY_ANSWER_RETRIES),
    sessionAffinity: routing.session_affinity ?? true,
  };
}

export function buildProvider(
  stored: StoredProvider,
  variables: Variables,
  refusalOfHost: RefusalOfHost,
): CatalogProvider {
  const { settings } = stored;
  const resolved = resolveTexts(stored, variables, refusalOfHost);
  const disabledReason = stored.enabled
    ? (stored.unreadable ?? resolved.problem)
    : 'switched off in its configuration';
  const timeoutMs = (settings.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  return Object.freeze({
    id: stored.id,
    name: stored.name,
    dialect: stored.apiFormat,
    enabled: disabledReason === null,
    disabledReason,
    priority: stored.priority,
    weight: settings.weight ?? 1,
    tiers: stored.models,
    defaultTier: settings.default_tier ?? null,
    baseUrl: resolved.baseUrl,
    apiKey: resolved.apiKey,
    ca: settings.ca ?? null,
    auth: settings.auth ?? (stored.apiFormat === 'openai' ? 'bearer' : 'x-api-key'),
    apiVersion: settings.api_version ?? null,
    customHeaders: resolved.headers,
    timeoutMs,
    plainTimeoutMs:
      settings.plain_timeout === undefined ? PLAIN_TIMEOUT_FACTOR * timeoutMs : settings.plain_timeout * 1000,
    streamIdleTimeoutMs: (settings.stream_idle_timeout ?? DEFAULT_STREAM_IDLE_SECONDS) * 1000,
    maxRetries: settings.max_retries ?? DEFAULT_MAX_RETRIES,
    maxConcurrency: settings.max_concurrency ?? null,
    resumeStreams: settings.resume_streams ?? false,
    countTokens: settings.count_tokens ?? 'local',
    strict: settings.strict ?? false,
    guessedPreset: guessedPresetOf(stored, resolved.baseUrl),
    prices: settings.prices ?? {},
    profileOf: profilesOf(stored, resolved.baseUrl),
  });
}

interface ResolvedTexts {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly headers: CatalogProvider['customHeaders'];
  /** Why the provider cannot be used; null: it can. */
  readonly problem: string | null;
}

function resolveTexts(
  stored: StoredProvider,
  variables: Variables,
  refusalOfHost: RefusalOfHost,
): ResolvedTexts {
  const problems: string[] = [];
  const resolve = ({ text, isReference }: StoredText<string>): string => {
    if (!isReference) return text;
    const { value, unset } = resolveReferences(text, variables);
    if (unset !== null) problems.push(`the environment variable ${unset} is not set`);
    return value ?? '';
  };
  const apiKey = stored.apiKey === null ? '' : resolve(revealed(stored.apiKey));
  const baseUrl = resolve(stored.baseUrl).replace(/\/+$/, '');
  const headers = stored.customHeaders.map(([name, value]) => {
    const { text, isReference } = revealed(value);
    const parts = text.split(OWN_KEY);
    if (parts.length > 1 && apiKey === '') problems.push(NO_KEY);
    const resolved = parts.map((part) => resolve({ text: part, isReference })).join(apiKey);
    return [name.toLowerCase(), new Secret(resolved)] as const;
  });
  const carriesCredential = headers.some(([name]) => CREDENTIAL_HEADERS.has(name));
  if (problems.length === 0 && apiKey === '' && !carriesCredential) problems.push(NO_KEY);
  if (problems.length === 0 && !isHttpUrl(baseUrl))
    problems.push('its base_url is not an http:// or https:// address');
  if (problems.length === 0) {
    const refusal = refusalOfHost(new URL(baseUrl).hostname);
    if (refusal !== null) problems.push(`its base_url is not allowed: ${refusal}`);
  }
  return {
    baseUrl,
    apiKey: new Secret(apiKey),
    headers: Object.freeze(headers),
    problem: problems[0] ?? null,
  };
}

const revealed = ({ text, isReference }: StoredText<Secret>): StoredText<string> => ({
  text: text.reveal(),
  isReference,
});

/** Only where the entry names none, and where a preset means something. */
function guessedPresetOf(
  { apiFormat, settings }: Pick<StoredProvider, 'apiFormat' | 'settings'>,
  baseUrl: string,
): string | null {
  return settings.preset === undefined && apiFormat === 'openai' ? guessPreset(baseUrl) : null;
}

/** Profiles by model, each made once; a model that has none of its own shares the provider's. */
function profilesOf({ apiFormat, settings }: StoredProvider, baseUrl: string): (model: string) => Profile {
  const preset = settings.preset ?? guessedPresetOf({ apiFormat, settings }, baseUrl);
  const limit = settings.max_tokens_limit;
  const profile = { ...(limit === undefined ? {} : { max_tokens_limit: limit }), ...settings.profile };
  const general = resolveProfile({ preset, profile });
  const special = new Map(
    Object.entries(settings.model_profiles ?? {}).map(([model, modelProfile]) => [
      model,
      resolveProfile({ preset, profile, modelProfile }),
    ]),
  );
  return (model) => special.get(model) ?? general;
}
