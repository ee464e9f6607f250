import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import {
  ProviderCondition,
  type ConditionChange,
  type ConditionView,
} from '../resilience/provider-condition.js';
import type { CooldownReason } from '../resilience/cooldowns.js';
import type { ErrorClass } from '../resilience/error-class.js';
import type { Traffic } from '../resilience/traffic-count.js';
import type { Dialect } from '../routing/routable-provider.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import type { CatalogProvider } from './catalog-provider.js';

/** Something an administrator wants to hear of: once per change, not per call. */
export interface ProviderEvent {
  /** `opened`: the breaker keeps calls away. `credential_refused`: the provider does not take our key. */
  readonly kind: ConditionChange;
  readonly providerId: number;
  readonly provider: string;
  readonly dialect: Dialect;
  readonly at: Date;
  /** The last failure in words, without secrets; null where there was none. */
  readonly reason: string | null;
}

export interface ProviderTraffic extends Traffic {
  readonly providerId: number;
  readonly provider: string;
  readonly dialect: Dialect;
}

/** The condition of a provider as this process sees it, with times of the day. */
export interface ProviderHealthView {
  readonly breaker: ConditionView['breaker'];
  /** Null: it never was in another state. */
  readonly since: Date | null;
  /** Of an open breaker: when the next probe is due. */
  readonly retryAt: Date | null;
  readonly consecutiveFailures: number;
  /** `model` null: the credential, which means every model. */
  readonly cooldowns: readonly {
    readonly model: string | null;
    readonly reason: CooldownReason;
    readonly until: Date;
  }[];
  readonly inFlight: number;
  readonly queued: number;
  readonly latencyMs: number | null;
  readonly lastFailure: {
    readonly errorClass: ErrorClass;
    readonly message: string;
    readonly at: Date;
  } | null;
}

interface Entry {
  provider: CatalogProvider;
  readonly condition: ProviderCondition;
}

/**
 * What traffic has taught this process of each provider, by the provider's id. In memory only; a provider whose
 * address or credential changes begins anew.
 */
@Injectable()
export class ProviderHealthBoard {
  readonly #entries = new Map<number, Entry>();
  readonly #listeners = new Set<(event: ProviderEvent) => void>();

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** Live; a map look-up. Its times are `performance.now()`. */
  conditionOf(provider: CatalogProvider): ProviderCondition {
    const entry = this.#entries.get(provider.id);
    if (entry?.provider === provider) return entry.condition;
    return this.#renew(provider, entry);
  }

  latencyMs(provider: CatalogProvider): number | undefined {
    return this.#entries.get(provider.id)?.condition.latencyMs(performance.now());
  }

  view(provider: CatalogProvider): ProviderHealthView {
    const now = performance.now();
    const view = this.conditionOf(provider).view(now);
    return {
      ...view,
      since: view.since === 0 ? null : dateOf(view.since, now),
      retryAt: view.retryAt === null ? null : dateOf(view.retryAt, now),
      cooldowns: view.cooldowns.map((each) => ({ ...each, until: dateOf(each.until, now) })),
      lastFailure:
        view.lastFailure === null ? null : { ...view.lastFailure, at: dateOf(view.lastFailure.at, now) },
    };
  }

  /** The attempts of this process since the last time it was asked, by provider; those without any are left out. */
  takeTraffic(): readonly ProviderTraffic[] {
    return [...this.#entries.values()].flatMap(({ provider, condition }) => {
      const traffic = condition.traffic.take();
      if (traffic === null) return [];
      return [{ providerId: provider.id, provider: provider.name, dialect: provider.dialect, ...traffic }];
    });
  }

  /** @returns ends the subscription. A listener must not throw and should not block. */
  subscribe(listener: (event: ProviderEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #renew(provider: CatalogProvider, before: Entry | undefined): ProviderCondition {
    if (before !== undefined && isSameDoor(before.provider, provider)) {
      before.provider = provider;
      before.condition.gate.setLimit(provider.maxConcurrency);
      return before.condition;
    }
    const condition: ProviderCondition = new ProviderCondition(
      Math.random,
      provider.maxConcurrency,
      (change) => this.#tell(provider, change, condition),
    );
    this.#entries.set(provider.id, { provider, condition });
    return condition;
  }

  #tell(provider: CatalogProvider, kind: ConditionChange, condition: ProviderCondition): void {
    const event: ProviderEvent = {
      kind,
      providerId: provider.id,
      provider: provider.name,
      dialect: provider.dialect,
      at: new Date(),
      reason: kind === 'recovered' ? null : (condition.view(performance.now()).lastFailure?.message ?? null),
    };
    const fields = { provider: event.provider, dialect: event.dialect, reason: event.reason };
    if (kind === 'recovered') this.logger.info(fields, 'provider has recovered');
    else
      this.logger.warn(
        fields,
        kind === 'opened' ? 'provider is kept out' : 'provider refuses our credential',
      );
    for (const listener of this.#listeners) listener(event);
  }
}

/** The same endpoint with the same credential: what was learnt of it still holds. */
function isSameDoor(before: CatalogProvider, after: CatalogProvider): boolean {
  return (
    before.baseUrl === after.baseUrl &&
    before.dialect === after.dialect &&
    before.auth === after.auth &&
    before.apiKey.reveal() === after.apiKey.reveal()
  );
}

function dateOf(at: number, now: number): Date {
  return new Date(Date.now() + at - now);
}
