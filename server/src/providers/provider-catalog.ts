import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { REFERENCE_VARIABLES } from '../config/config.module.js';
import type { Variables } from '../config/references.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { buildCatalog } from './build-catalog.js';
import type { CatalogSnapshot } from './catalog-provider.js';
import { ProviderFileImport } from './provider-file-import.js';
import { ProviderRepository } from './provider.repository.js';

const EMPTY: CatalogSnapshot = buildCatalog({ providers: [], routing: {} }, {}, 0);

/**
 * All providers and the routing rules, in memory. A change swaps the whole snapshot; whoever holds one keeps it for
 * the length of his call.
 */
@Injectable()
export class ProviderCatalog implements OnModuleInit {
  private current = EMPTY;
  private reported = new Map<string, string>();
  private guesses = new Map<string, string>();

  constructor(
    private readonly repository: ProviderRepository,
    private readonly fileImport: ProviderFileImport,
    private readonly changes: ChangeFeed,
    @Inject(REFERENCE_VARIABLES) private readonly variables: Variables,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Costs nothing; take it once per call. */
  snapshot(): CatalogSnapshot {
    return this.current;
  }

  /** The file first, so that the first snapshot has what it says. */
  async onModuleInit(): Promise<void> {
    this.changes.subscribe('providers', () => this.reload());
    await this.fileImport.run();
    await this.reload();
  }

  private async reload(): Promise<void> {
    const stored = await this.repository.load();
    this.current = buildCatalog(stored, this.variables, this.current.version + 1);
    this.report();
    this.reportGuesses();
  }

  /** Says once why a provider that is switched on cannot be used. */
  private report(): void {
    const unusable = this.current.providers.filter((provider) => provider.disabledReason !== null);
    const reasons = new Map(
      unusable.map((each) => [`${each.dialect} ${each.name}`, each.disabledReason ?? '']),
    );
    for (const [identity, reason] of reasons) {
      if (this.reported.get(identity) !== reason)
        this.logger.warn({ provider: identity, reason }, 'provider is disabled');
    }
    this.reported = reasons;
  }

  /** A guess is worth a word: it decides how requests are converted, and `preset` overrules it. */
  private reportGuesses(): void {
    const guesses = new Map<string, string>();
    for (const { dialect, name, guessedPreset } of this.current.providers) {
      if (guessedPreset !== null) guesses.set(`${dialect} ${name}`, guessedPreset);
    }
    for (const [provider, preset] of guesses) {
      if (this.guesses.get(provider) !== preset)
        this.logger.info(
          { provider, preset },
          'preset guessed from base_url; "preset" in its entry overrules it',
        );
    }
    this.guesses = guesses;
  }
}
