import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  isIP,
  ValidateBy,
} from 'class-validator';
import { ClearableField } from './optional-field.js';

/** Beyond this, budgets would no longer be exact in every store they are counted in. */
export const MAX_BUDGET_USD = 1_000_000;
const MAX_NAMES = 200;

/** An address, or a block of addresses in CIDR notation, of either family. */
export const IsAddressOrBlock = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isAddressOrBlock',
      validator: {
        validate: isAddressOrBlock,
        defaultMessage: () => 'each entry must be an address, or a block such as 10.0.0.0/8 or 2001:db8::/32',
      },
    },
    { each: true },
  );

const Names = (): PropertyDecorator => (target, property) => {
  for (const decorate of [
    ClearableField(),
    IsArray(),
    ArrayMaxSize(MAX_NAMES),
    IsString({ each: true }),
    Matches(/^\S(.*\S)?$/, { each: true }),
    MaxLength(200, { each: true }),
  ]) {
    decorate(target, property);
  }
};

const Whole =
  (max: number): PropertyDecorator =>
  (target, property) => {
    for (const decorate of [ClearableField(), IsInt(), Min(1), Max(max)]) decorate(target, property);
  };

/** Not `IsNumber`: that one throws on numbers such as 1e-10. */
const Usd = (): PropertyDecorator => (target, property) => {
  ClearableField()(target, property);
  ValidateBy({
    name: 'isUsd',
    constraints: [0, MAX_BUDGET_USD],
    validator: {
      validate: isUsd,
      defaultMessage: (failed) =>
        `${failed?.property ?? 'value'} must be between 0 and ${MAX_BUDGET_USD} USD, with at most 9 decimals`,
    },
  })(target, property);
};

/** What a key, or a user, may use. Left out: as it is; null (or an empty list): no limit. */
export class LimitFieldsDto {
  /** Model names a call may ask for or be sent to, also as `provider/model`; `*` stands for anything. */
  @Names() allowed_models?: string[] | null;
  /** Names of providers. */
  @Names() allowed_providers?: string[] | null;
  /** Addresses and CIDR blocks calls may come from. */
  @ClearableField()
  @IsArray()
  @ArrayMaxSize(MAX_NAMES)
  @IsAddressOrBlock()
  ip_allowlist?: string[] | null;
  /** Requests per minute. */
  @Whole(1_000_000) rpm?: number | null;
  /** Tokens per minute. */
  @Whole(1_000_000_000) tpm?: number | null;
  @Whole(100_000) max_concurrency?: number | null;
  /** Per day, UTC. */
  @Usd() budget_day_usd?: number | null;
  /** Per month, UTC. */
  @Usd() budget_month_usd?: number | null;
}

/** The same, as answers show it. */
export interface LimitFieldsView {
  readonly allowed_models: readonly string[] | null;
  readonly allowed_providers: readonly string[] | null;
  readonly ip_allowlist: readonly string[] | null;
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly max_concurrency: number | null;
  readonly budget_day_usd: number | null;
  readonly budget_month_usd: number | null;
}

function isAddressOrBlock(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address = '', prefix, ...rest] = value.split('/');
  if (rest.length > 0 || !isIP(address)) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (address.includes(':') ? 128 : 32);
}

function isUsd(value: unknown): boolean {
  return (
    typeof value === 'number' && value >= 0 && value <= MAX_BUDGET_USD && Number(value.toFixed(9)) === value
  );
}
