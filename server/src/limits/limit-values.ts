import type { LimitFieldsDto, LimitFieldsView } from '@ccs/dto';
import { nanoToUsd, usdToNano } from './nano-usd.js';

/** What is stored of the limits of a key or a user; null: no limit. */
export interface LimitValues {
  readonly allowedModels: readonly string[] | null;
  readonly allowedProviders: readonly string[] | null;
  readonly ipAllowlist: readonly string[] | null;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly maxConcurrency: number | null;
  readonly budgetDayNanoUsd: bigint | null;
  readonly budgetMonthNanoUsd: bigint | null;
}

export const NO_LIMITS: LimitValues = Object.freeze({
  allowedModels: null,
  allowedProviders: null,
  ipAllowlist: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxConcurrency: null,
  budgetDayNanoUsd: null,
  budgetMonthNanoUsd: null,
});

/** What a request sets; fields that it leaves out are left out. */
export function limitValuesOf(dto: LimitFieldsDto): Partial<LimitValues> {
  return {
    ...(dto.allowed_models === undefined ? {} : { allowedModels: names(dto.allowed_models) }),
    ...(dto.allowed_providers === undefined ? {} : { allowedProviders: names(dto.allowed_providers) }),
    ...(dto.ip_allowlist === undefined ? {} : { ipAllowlist: names(dto.ip_allowlist) }),
    ...(dto.rpm === undefined ? {} : { requestsPerMinute: dto.rpm }),
    ...(dto.tpm === undefined ? {} : { tokensPerMinute: dto.tpm }),
    ...(dto.max_concurrency === undefined ? {} : { maxConcurrency: dto.max_concurrency }),
    ...(dto.budget_day_usd === undefined ? {} : { budgetDayNanoUsd: budget(dto.budget_day_usd) }),
    ...(dto.budget_month_usd === undefined ? {} : { budgetMonthNanoUsd: budget(dto.budget_month_usd) }),
  };
}

export function limitFieldsOf(values: LimitValues): LimitFieldsView {
  return {
    allowed_models: values.allowedModels,
    allowed_providers: values.allowedProviders,
    ip_allowlist: values.ipAllowlist,
    rpm: values.requestsPerMinute,
    tpm: values.tokensPerMinute,
    max_concurrency: values.maxConcurrency,
    budget_day_usd: values.budgetDayNanoUsd === null ? null : nanoToUsd(values.budgetDayNanoUsd),
    budget_month_usd: values.budgetMonthNanoUsd === null ? null : nanoToUsd(values.budgetMonthNanoUsd),
  };
}

/** An empty list restricts nothing; each name once. */
function names(list: readonly string[] | null): readonly string[] | null {
  return list === null || list.length === 0 ? null : [...new Set(list)];
}

function budget(usd: number | null): bigint | null {
  return usd === null ? null : usdToNano(usd);
}
