import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { callScope } from '../limits/call-scope.js';
import { limitRowSql, limitValuesOfRow, type LimitRow } from '../limits/limit-row.js';
import { subjectLimits } from '../limits/subject-limits.js';
import { effectivePermissions } from '../permissions/effective-permissions.js';
import type { KeyRecord, KeyRefusal } from './key-record.js';

interface KeyRow {
  readonly digest: string;
  readonly key_id: number;
  readonly is_active: boolean;
  readonly strict: boolean;
  readonly expires_at: Date | null;
  /** Of a former secret of a rotated key; null: the present one. */
  readonly valid_until: Date | null;
  readonly deleted_at: Date | null;
  readonly key_limits: LimitRow;
  readonly user_id: number | null;
  readonly email: string | null;
  readonly is_admin: boolean | null;
  readonly owner_is_active: boolean | null;
  readonly permissions: string[] | null;
  readonly user_limits: LimitRow;
}

/** What the data plane knows of keys: each with its owner, by the digest of a secret. */
@Injectable()
export class KeyRecordsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** By hex digest, deleted keys and former secrets too. Two index look-ups each. */
  async byDigest(digests: readonly string[]): Promise<ReadonlyMap<string, KeyRecord>> {
    const rows = await this.dataSource.query<KeyRow[]>(
      `select encode(s.digest, 'hex') as digest, k.id as key_id, k.is_active, k.strict, k.expires_at,
              s.valid_until, k.deleted_at, ${limitRowSql('k')} as key_limits,
              u.id as user_id, u.email, u.is_admin, u.is_active as owner_is_active, u.permissions,
              ${limitRowSql('u')} as user_limits
         from (select digest, id as api_key_id, null::timestamptz as valid_until
                 from api_keys where digest = any($1::bytea[])
               union all
               select digest, api_key_id, valid_until
                 from retired_api_key_secrets where digest = any($1::bytea[])) s
         join api_keys k on k.id = s.api_key_id
         left join users u on u.id = k.user_id`,
      [digests.map((digest) => Buffer.from(digest, 'hex'))],
    );
    return new Map(rows.map((row) => [row.digest, keyRecord(row)]));
  }
}

function keyRecord(row: KeyRow): KeyRecord {
  const refusal = refusalOf(row);
  const expiry = expiryOf(row);
  if (refusal !== null || row.user_id === null || row.email === null) {
    return { standing: { known: true, principal: null, refusal: refusal ?? 'owner_disabled' }, ...expiry };
  }
  const isAdmin = row.is_admin === true;
  const ofKey = limitValuesOfRow(row.key_limits);
  const ofUser = limitValuesOfRow(row.user_limits);
  const principal = Object.freeze({
    userId: row.user_id,
    keyId: row.key_id,
    email: row.email,
    isAdmin,
    permissions: effectivePermissions({ isAdmin, permissions: row.permissions ?? [] }),
    strict: row.strict,
    scopes: [callScope(ofKey), callScope(ofUser)].filter((scope) => scope !== null),
    limits: [
      subjectLimits({ kind: 'key', id: row.key_id }, ofKey),
      subjectLimits({ kind: 'user', id: row.user_id }, ofUser),
    ].filter((limits) => limits !== null),
  });
  return { standing: { known: true, principal, refusal: null }, ...expiry };
}

function expiryOf({ expires_at, valid_until }: KeyRow): Pick<KeyRecord, 'expiresAtMs' | 'expiredAs'> {
  const keyEndsAtMs = expires_at?.getTime() ?? Infinity;
  const secretEndsAtMs = valid_until?.getTime() ?? Infinity;
  return secretEndsAtMs < keyEndsAtMs
    ? { expiresAtMs: secretEndsAtMs, expiredAs: 'rotated' }
    : { expiresAtMs: keyEndsAtMs, expiredAs: 'expired' };
}

function refusalOf(row: KeyRow): KeyRefusal | null {
  if (row.deleted_at !== null) return 'deleted';
  if (!row.is_active) return 'disabled';
  return row.owner_is_active === true ? null : 'owner_disabled';
}
