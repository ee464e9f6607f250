import type { Profile } from '../anthropic-openai/profile.js';
import { LossList, type Loss } from '../loss.js';

/** Headers as Node gives them: lower-case names, repeated ones joined or in a list. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RequestHeaders {
  /** Name, value, name, value …, lower-case names. */
  readonly headers: readonly string[];
  readonly losses: readonly Loss[];
}

const DEFAULT_VERSION = '2023-06-01';
const PASSED_NAMES: ReadonlySet<string> = new Set(['user-agent', 'x-app', 'accept', 'content-type']);
const PASSED_PREFIXES = ['anthropic-', 'x-stainless-', 'x-claude-code-'] as const;

/**
 * The client's headers that travel to an Anthropic-format provider (specification T2): an allow-list, so that
 * neither its credentials nor hop-by-hop headers can. The provider's own headers and credential are added
 * where the request is sent.
 *
 * @param betas profile key of the same name
 * @param defaultVersion `anthropic-version` for a client that sends none
 */
export function passThroughRequestHeaders(
  clientHeaders: IncomingHeaders,
  betas: Profile['betas'],
  defaultVersion: string | null = null,
): RequestHeaders {
  const losses = new LossList();
  const headers: string[] = [];
  for (const [name, value] of Object.entries(clientHeaders)) {
    if (value === undefined || !passes(name)) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    const passed = name === 'anthropic-beta' ? filterBetas(text, betas, losses) : text;
    if (passed !== '') headers.push(name, passed);
  }
  if (clientHeaders['anthropic-version'] === undefined) {
    headers.push('anthropic-version', defaultVersion ?? DEFAULT_VERSION);
  }
  return { headers, losses: losses.toArray() };
}

const ANSWER_NAMES = [
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'content-type',
] as const;

/** The provider's headers that travel back to the client (specification T4); limits and accounts stay out. */
export function passThroughResponseHeaders(upstreamHeaders: IncomingHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ANSWER_NAMES) {
    const value = upstreamHeaders[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

function passes(name: string): boolean {
  return PASSED_NAMES.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

function filterBetas(header: string, betas: Profile['betas'], losses: LossList): string {
  if (betas === 'keep') return header;
  const asked = header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const kept = betas === 'drop' ? [] : asked.filter((name) => betas.includes(name));
  if (kept.length < asked.length) losses.add('betas_dropped', 'anthropic-beta');
  return kept.join(',');
}
