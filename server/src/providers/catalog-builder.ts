import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { REFERENCE_VARIABLES } from '../config/config.module.js';
import type { Variables } from '../config/references.js';
import { EgressPolicy } from '../provider-clients/egress-policy.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { buildCatalog, buildProvider } from './build-catalog.js';
import type { CatalogProvider, CatalogSnapshot } from './catalog-provider.js';
import type { StoredCatalog, StoredProvider } from './stored-provider.js';

/** Makes snapshots with the variables and the rules of this process, and says what is worth a word in them. */
@Injectable()
export class CatalogBuilder {
  private reported = new Map<string, string>();
  private guesses = new Map<string, string>();

  constructor(
    @Inject(REFERENCE_VARIABLES) private readonly variables: Variables,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly egress: EgressPolicy,
  ) {}

  build(stored: StoredCatalog, version: number): CatalogSnapshot {
    const snapshot = buildCatalog(stored, this.variables, version, this.refusalOfHost);
    this.report(snapshot);
    this.reportGuesses(snapshot);
    return snapshot;
  }

  /** One that is in no catalog. */
  buildOne(stored: StoredProvider): CatalogProvider {
    return buildProvider(stored, this.variables, this.refusalOfHost);
  }

  private readonly refusalOfHost = (host: string): string | null => this.egress.refusalOfHost(host);

  /** Says once why a provider that is switched on cannot be used. */
  private report({ providers }: CatalogSnapshot): void {
    const unusable = providers.filter((provider) => provider.disabledReason !== null);
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
  private reportGuesses({ providers }: CatalogSnapshot): void {
    const guesses = new Map<string, string>();
    for (const { dialect, name, guessedPreset } of providers) {
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
