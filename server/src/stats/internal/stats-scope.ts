import type { StatsFilterDto, StatsGroup } from '@ccs/dto';
import type { Principal } from '../../auth/principal.js';
import { PermissionDeniedError } from '../../errors/caller-errors.js';
import type { Dimension, RollupFilter } from './rollup-statement.js';

export const DIMENSION_OF: Readonly<Record<StatsGroup, Dimension>> = {
  provider: 'provider',
  model: 'model',
  tier: 'tier',
  user: 'user_id',
  key: 'key_id',
  status: 'status',
};

/** Whose calls a reader sees: null is everybody's. */
export const visibleUser = ({ permissions, userId }: Principal): number | null =>
  permissions.has('stats') ? null : userId;

/** Whose calls are asked for. Throws `PermissionDeniedError` where those are somebody else's, without `stats`. */
export function askedUser(reader: Principal, query: Pick<StatsFilterDto, 'user_id'>): number | null {
  const visible = visibleUser(reader);
  const asked = query.user_id === undefined ? null : Number(query.user_id);
  if (visible !== null && asked !== null && asked !== visible)
    throw new PermissionDeniedError(`The usage of others needs the permission 'stats'`);
  return asked ?? visible;
}

export function rollupFilter(reader: Principal, query: StatsFilterDto): RollupFilter {
  const userId = askedUser(reader, query);
  return {
    ...(query.provider === undefined ? {} : { provider: [query.provider] }),
    ...(query.model === undefined ? {} : { model: [query.model] }),
    ...(query.tier === undefined ? {} : { tier: [query.tier] }),
    ...(userId === null ? {} : { user_id: [userId] }),
    ...(query.key_id === undefined ? {} : { key_id: [Number(query.key_id)] }),
    ...(query.status === undefined ? {} : { status: [query.status] }),
  };
}
