import type { ProviderEntry } from '../config/provider-file.js';
import type { StoredProvider, StoredText } from './stored-provider.js';
import { differingFields } from './differing-fields.js';
import type { Secret } from '../config/secret.js';

/** Stands for a secret that is there: in answers, in the history, and in what comes back to mean "as it is". */
export const SECRET_MARK = '***';

/** Values of an entry by its keys; a key that is not set is not there. */
export type EntryValues = Readonly<Partial<Record<keyof ProviderEntry, unknown>>>;

/** An entry as it may be shown: references as they are written, every other secret as `***`. */
export function shownEntry(stored: StoredProvider): EntryValues {
  return entryOf(stored, (secret) => (secret.isReference ? secret.text.reveal() : SECRET_MARK));
}

/** An entry with its secrets. For writing it back, never for showing. */
export function secretEntry(stored: StoredProvider): ProviderEntry {
  // What is stored was checked when it was written.
  return entryOf(stored, ({ text }) => text.reveal()) as unknown as ProviderEntry;
}

function entryOf(stored: StoredProvider, textOf: (secret: StoredText<Secret>) => string): EntryValues {
  const { name, apiFormat, enabled, priority, baseUrl, apiKey, customHeaders, models, settings } = stored;
  return {
    name,
    api_format: apiFormat,
    enabled,
    priority,
    base_url: baseUrl.text,
    ...(apiKey === null ? {} : { api_key: textOf(apiKey) }),
    ...(customHeaders.length === 0
      ? {}
      : {
          custom_headers: Object.fromEntries(customHeaders.map(([header, value]) => [header, textOf(value)])),
        }),
    ...(models.size === 0 ? {} : { models: Object.fromEntries(models) }),
    ...settings,
  };
}

export interface ValueDifference {
  readonly before: EntryValues;
  readonly after: EntryValues;
}

/**
 * The keys in which two entries differ, with their shown values. A secret that was replaced by another one is told by
 * `***` becoming `*** (new)`.
 *
 * @param replaced secrets that were written anew: `api_key`, `custom_headers`
 */
export function shownDifference(
  before: EntryValues,
  after: EntryValues,
  replaced: ReadonlySet<keyof ProviderEntry>,
): ValueDifference {
  const differing = differingFields(before, after) ?? { before: {}, after: {} };
  const anew = [...replaced].filter(
    (key) => !Object.hasOwn(differing.after, key) && after[key] !== undefined,
  );
  return {
    before: { ...differing.before, ...Object.fromEntries(anew.map((key) => [key, before[key]])) },
    after: { ...differing.after, ...Object.fromEntries(anew.map((key) => [key, `${SECRET_MARK} (new)`])) },
  };
}
