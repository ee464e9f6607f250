import { checkProfile } from '../converters/anthropic-openai/check-profile.js';
import { PRESET_IDS } from '../converters/anthropic-openai/presets.js';
import { DEFAULT_PROFILE } from '../converters/anthropic-openai/profile.js';
import { certificateProblem } from './certificates.js';
import { isHttpUrl } from './environment-reader.js';
import { belongsToConnection } from './header-rules.js';
import { hasReference, namedOwnSecret } from './references.js';
import {
  anyObject,
  boolean,
  integer,
  isObject,
  listOfTexts,
  number,
  oneOf,
  seconds,
  text,
} from './value-rules.js';
import type { ValueRule } from './value-rules.js';

export interface Remarks {
  problem(path: string, text: string): void;
  warning(path: string, text: string): void;
}

/** Reports what is wrong and returns what is to be kept; undefined: nothing. */
export type Check = (value: unknown, path: string, remarks: Remarks) => unknown;

/** Words that stand in the place of a provider's name in paths of the admin API. */
const RESERVED_NAMES = new Set(['latest', 'history', 'check', 'public', 'presets', 'order']);

/** RFC 9110: a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

const MAX_NAME_LENGTH = 64;

const by =
  (rule: ValueRule): Check =>
  (value, path, remarks) => {
    const problem = rule(value);
    if (problem === null) return value;
    remarks.problem(path, problem);
    return undefined;
  };

/** Checks each value of an object; keys are free. */
const eachValue =
  (check: Check): Check =>
  (value, path, remarks) => {
    if (!isObject(value)) return by(anyObject)(value, path, remarks);
    const kept = Object.entries(value).map(
      ([key, each]) => [key, check(each, keyPath(path, key), remarks)] as const,
    );
    return Object.fromEntries(kept.filter(([, each]) => each !== undefined));
  };

const referring =
  (check: Check): Check =>
  (value, path, remarks) => {
    const secret = typeof value === 'string' ? namedOwnSecret(value) : null;
    if (secret === null) return check(value, path, remarks);
    remarks.problem(path, `must not name ${secret}, a secret of the gateway itself`);
    return undefined;
  };

const name: Check = by((value) => {
  if (typeof value !== 'string' || value === '' || [...value].length > MAX_NAME_LENGTH) {
    return `must be a string of 1 to ${MAX_NAME_LENGTH} characters`;
  }
  if (value.includes('/')) return "must not contain '/'";
  if (value !== value.trim() || /\p{Cc}/u.test(value))
    return 'must not begin or end with a space or have control characters';
  return RESERVED_NAMES.has(value.toLowerCase())
    ? `must not be a reserved word (${[...RESERVED_NAMES].join(', ')})`
    : null;
});

const baseUrl: Check = by((value) => {
  const right = typeof value === 'string' && (hasReference(value) || isHttpUrl(value));
  return right ? null : 'must be an http:// or https:// address without credentials, query or fragment';
});

const headers: Check = (value, path, remarks) => {
  if (!isObject(value)) return by(anyObject)(value, path, remarks);
  for (const header of Object.keys(value)) {
    if (!HEADER_NAME.test(header)) remarks.problem(keyPath(path, header), 'is not a header name');
    else if (belongsToConnection(header))
      remarks.warning(keyPath(path, header), 'belongs to the connection and is not sent');
  }
  const right: ValueRule = (each) =>
    typeof each === 'string' && HEADER_VALUE.test(each) ? null : 'must be a string without line breaks';
  const sent = Object.fromEntries(Object.entries(value).filter(([header]) => !belongsToConnection(header)));
  return eachValue(referring(by(right)))(sent, path, remarks);
};

const profile: Check = (value, path, remarks) => {
  if (!isObject(value)) return by(anyObject)(value, path, remarks);
  const known = (key: string): boolean => Object.hasOwn(DEFAULT_PROFILE, key);
  for (const { path: key, problem } of checkProfile(value)) {
    if (known(key)) remarks.problem(keyPath(path, key), problem);
    else remarks.warning(keyPath(path, key), problem);
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => known(key)));
};

const prices: Check = (value, path, remarks) => {
  const kinds = ['input', 'output', 'cache_read', 'cache_write'];
  return eachValue((price, where) => {
    if (!isObject(price)) return by(anyObject)(price, where, remarks);
    for (const kind of Object.keys(price)) {
      if (!kinds.includes(kind)) remarks.warning(keyPath(where, kind), `is not one of ${kinds.join(', ')}`);
    }
    const known = Object.fromEntries(Object.entries(price).filter(([kind]) => kinds.includes(kind)));
    return eachValue(by(number(0)))(known, where, remarks);
  })(value, path, remarks);
};

const certificates: Check = by((value) =>
  typeof value === 'string' ? certificateProblem(value) : 'must be a string',
);

const alias: Check = by((value) =>
  typeof value === 'string' && value !== ''
    ? null
    : listOfTexts(value) === null
      ? null
      : 'must be a tier or a list of models',
);

/** An object of known keys, each with its own rule; null is as good as left out. */
const block =
  (rules: Readonly<Record<string, ValueRule>>): Check =>
  (value, path, remarks) => {
    if (!isObject(value)) return by(anyObject)(value, path, remarks);
    const kept = Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => {
        const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
        if (rule !== undefined) return [key, by(rule)(each, keyPath(path, key), remarks)] as const;
        remarks.warning(keyPath(path, key), 'is not a known key and has no effect');
        return [key, undefined] as const;
      });
    return Object.fromEntries(kept.filter(([, each]) => each !== undefined));
  };

const share: ValueRule = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? null : 'must be a number between 0 and 1';

/** The keys of a provider entry. */
export const ENTRY_CHECKS: Readonly<Record<string, Check>> = {
  name,
  api_format: by(oneOf('openai', 'anthropic')),
  base_url: referring(baseUrl),
  api_key: referring(by(text)),
  enabled: by(boolean),
  priority: by(integer(-1_000_000, 1_000_000)),
  models: eachValue(by(listOfTexts)),
  custom_headers: headers,
  api_version: by(text),
  timeout: by(seconds),
  plain_timeout: by(seconds),
  stream_idle_timeout: by(seconds),
  max_retries: by(integer(0, 100)),
  max_tokens_limit: by(integer(1, 100_000_000)),
  weight: by(number(0)),
  max_concurrency: by(integer(1, 1_000_000)),
  auth: by(oneOf('x-api-key', 'bearer')),
  ca: certificates,
  count_tokens: by(oneOf('local', 'upstream')),
  preset: by(oneOf(...PRESET_IDS)),
  profile,
  model_profiles: eachValue(profile),
  prices,
  resume_streams: by(boolean),
  strict: by(boolean),
  default_tier: by(text),
};

/** The keys at the top level, but for `providers` and `schema_version`. */
export const ROUTING_CHECKS: Readonly<Record<string, Check>> = {
  fallback_strategy: by(oneOf('priority', 'random', 'weighted', 'least-latency')),
  circuit_breaker: block({ failure_threshold: integer(1, 1_000), recovery_timeout: seconds }),
  retry_on_zero_output_tokens: by(boolean),
  retry_on_zero_output_tokens_retries: by(integer(0, 100)),
  observability: block({
    log_level: oneOf('debug', 'info', 'warning', 'error'),
    log_sampling_rate: share,
    slow_request_threshold_ms: integer(0, 86_400_000),
    enable_slow_request_alert: boolean,
  }),
  model_aliases: eachValue(alias),
  default_tier: by(text),
  session_affinity: by(boolean),
};

/** `$.a.b` for plain keys, `$.a["b.c"]` for others. */
function keyPath(path: string, key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
