import type { LimitValues } from './limit-values.js';

/** The limit columns of one row, read by SQL of another room as one JSON value. */
export interface LimitRow {
  readonly allowed_models: readonly string[] | null;
  readonly allowed_providers: readonly string[] | null;
  readonly ip_allowlist: readonly string[] | null;
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly max_concurrency: number | null;
  /** As text: JSON knows no bigint. */
  readonly budget_day_nano_usd: string | null;
  readonly budget_month_nano_usd: string | null;
}

const PLAIN = ['allowed_models', 'allowed_providers', 'ip_allowlist', 'rpm', 'tpm', 'max_concurrency'];
const MONEY = ['budget_day_nano_usd', 'budget_month_nano_usd'];

/** An SQL expression for a `LimitRow` of a table under its alias in the statement. */
export function limitRowSql(alias: string): string {
  const plain = PLAIN.map((column) => `'${column}', ${alias}.${column}`);
  const money = MONEY.map((column) => `'${column}', ${alias}.${column}::text`);
  return `json_build_object(${[...plain, ...money].join(', ')})`;
}

export function limitValuesOfRow(row: LimitRow): LimitValues {
  return {
    allowedModels: row.allowed_models,
    allowedProviders: row.allowed_providers,
    ipAllowlist: row.ip_allowlist,
    requestsPerMinute: row.rpm,
    tokensPerMinute: row.tpm,
    maxConcurrency: row.max_concurrency,
    budgetDayNanoUsd: row.budget_day_nano_usd === null ? null : BigInt(row.budget_day_nano_usd),
    budgetMonthNanoUsd: row.budget_month_nano_usd === null ? null : BigInt(row.budget_month_nano_usd),
  };
}
