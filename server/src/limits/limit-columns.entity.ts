import { Column } from 'typeorm';
import { NO_LIMITS, type LimitValues } from './limit-values.js';

const NANO_USD = {
  to: (value: bigint | null | undefined) => value?.toString() ?? null,
  from: (value: string | null) => (value === null ? null : BigInt(value)),
};

/** The columns of `LimitValues`, embedded in keys and users alike. */
export class LimitColumns implements LimitValues {
  @Column('text', { name: 'allowed_models', array: true, nullable: true })
  allowedModels: readonly string[] | null;

  @Column('text', { name: 'allowed_providers', array: true, nullable: true })
  allowedProviders: readonly string[] | null;

  @Column('text', { name: 'ip_allowlist', array: true, nullable: true })
  ipAllowlist: readonly string[] | null;

  @Column('integer', { name: 'rpm', nullable: true })
  requestsPerMinute: number | null;

  @Column('integer', { name: 'tpm', nullable: true })
  tokensPerMinute: number | null;

  @Column('integer', { name: 'max_concurrency', nullable: true })
  maxConcurrency: number | null;

  @Column('bigint', { name: 'budget_day_nano_usd', nullable: true, transformer: NANO_USD })
  budgetDayNanoUsd: bigint | null;

  @Column('bigint', { name: 'budget_month_nano_usd', nullable: true, transformer: NANO_USD })
  budgetMonthNanoUsd: bigint | null;
}

/** Of an entity that was made in memory too, where columns that were not named are missing. */
export function limitValuesOfColumns(columns: Partial<LimitColumns> | null | undefined): LimitValues {
  return { ...NO_LIMITS, ...columns };
}
