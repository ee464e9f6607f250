import type { LanguageCode } from '../language/languages';

export function formatList(items: readonly string[], language: LanguageCode): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(items);
}

export function formatCount(count: number, language: LanguageCode): string {
  return new Intl.NumberFormat(language).format(count);
}

/** `842 ms`, `12.3 s`: the units are the same in every language, the decimal mark is not. */
export function formatDuration(durationMs: number, language: LanguageCode): string {
  if (durationMs < 1000) return `${formatCount(Math.round(durationMs), language)} ms`;
  const seconds = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${seconds.format(durationMs / 1000)} s`;
}
