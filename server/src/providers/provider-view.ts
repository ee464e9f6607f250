import type { ProviderView } from '@ccs/dto';
import type { CatalogProvider } from './catalog-provider.js';
import { shownEntry } from './entry-values.js';
import type { StoredProvider, StoredRow } from './stored-provider.js';

const DEFAULT_TIMEOUT_SECONDS = 60;

/** @param built the same provider as this process would use it */
export function providerView(
  stored: StoredProvider,
  built: Pick<CatalogProvider, 'disabledReason' | 'guessedPreset'>,
): ProviderView {
  const { settings } = stored;
  const shown = shownEntry(stored);
  const row = existing(stored.row);
  return {
    id: stored.id,
    name: stored.name,
    api_format: stored.apiFormat,
    enabled: stored.enabled,
    disabled_reason: built.disabledReason,
    priority: stored.priority,
    base_url: stored.baseUrl.text,
    // What `shownEntry` makes of a key and of headers are texts.
    api_key: (shown.api_key as string | undefined) ?? '',
    custom_headers: (shown.custom_headers as Record<string, string> | undefined) ?? {},
    models: Object.fromEntries(stored.models),
    api_version: settings.api_version ?? null,
    timeout: settings.timeout ?? DEFAULT_TIMEOUT_SECONDS,
    plain_timeout: settings.plain_timeout ?? null,
    stream_idle_timeout: settings.stream_idle_timeout ?? null,
    max_retries: settings.max_retries ?? 1,
    max_tokens_limit: settings.max_tokens_limit ?? null,
    weight: settings.weight ?? 1,
    max_concurrency: settings.max_concurrency ?? null,
    auth: settings.auth ?? null,
    ca: settings.ca ?? null,
    count_tokens: settings.count_tokens ?? 'local',
    preset: settings.preset ?? null,
    preset_guess: built.guessedPreset,
    profile: settings.profile ?? null,
    model_profiles: settings.model_profiles ?? null,
    prices: settings.prices ?? null,
    resume_streams: settings.resume_streams ?? false,
    strict: settings.strict ?? false,
    default_tier: settings.default_tier ?? null,
    from_file: row.fromFile,
    version: row.version,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function existing(row: StoredRow | undefined): StoredRow {
  if (row === undefined) throw new TypeError('Only stored providers have a view');
  return row;
}
