import { Injectable } from '@nestjs/common';
import { SECRET_MARK, shownEntry } from './entry-values.js';
import { ProviderRepository } from './provider.repository.js';

/** The present state as a provider.json. */
export interface ExportedConfig {
  /** Without secrets; references to the environment are kept. */
  readonly file: Readonly<Record<string, unknown>>;
  /** What had to be left out, such as `qwen (openai): api_key`. */
  readonly leftOut: readonly string[];
}

/** Writes what the database has the way a file would say it. */
@Injectable()
export class ConfigExport {
  constructor(private readonly providers: ProviderRepository) {}

  async run(): Promise<ExportedConfig> {
    const { providers, routing } = await this.providers.load();
    const leftOut: string[] = [];
    const entries = providers.map((stored) => {
      const { api_key: key, custom_headers: headers, ...entry } = shownEntry(stored);
      const tell = (field: string): void =>
        void leftOut.push(`${stored.name} (${stored.apiFormat}): ${field}`);
      if (key === SECRET_MARK) tell('api_key');
      const kept = Object.entries(headers ?? {}).filter(([name, value]) => {
        if (value === SECRET_MARK) tell(`custom_headers.${name}`);
        return value !== SECRET_MARK;
      });
      return {
        ...entry,
        ...(key === undefined || key === SECRET_MARK ? {} : { api_key: key }),
        ...(kept.length === 0 ? {} : { custom_headers: Object.fromEntries(kept) }),
      };
    });
    return { file: { schema_version: 1, ...routing, providers: entries }, leftOut };
  }
}
