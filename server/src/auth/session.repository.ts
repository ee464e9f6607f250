import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChangeFeed } from '../shared-state/change-feed.js';
import type { RefreshToken } from './refresh-tokens.js';
import { SessionEntity } from './session.entity.js';
import type { SessionRecord, SessionSummary } from './session-record.js';

/** A predecessor is taken this long for the second of two tabs; the name is the specification's. */
const GRACE_SECONDS = 30;

export interface NewSession {
  readonly userId: number;
  readonly credentialsVersion: number;
  readonly token: RefreshToken;
  readonly idleSeconds: number;
  readonly lifetimeSeconds: number;
  readonly address: string;
  readonly userAgent: string | null;
}

/** What became of a refresh token that was shown. */
export type Rotation =
  | { readonly outcome: 'continued'; readonly session: SessionRecord }
  /** Unknown, or over: ended, expired, idle for too long. */
  | { readonly outcome: 'over' }
  /** It had been replaced: somebody has a copy. The session has been ended. */
  | { readonly outcome: 'replayed'; readonly session: SessionRecord };

/** Times are the database's own: replicas need not agree on the hour. */
const LIVE = `expires_at > now() and rotated_at + idle_seconds * interval '1 second' > now()`;
const RECORD = `id, user_id as "userId", credentials_version as "credentialsVersion",
  (extract(epoch from created_at) * 1000)::float8 as "openedAtMs",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAtMs"`;

interface LockedSession extends SessionRecord {
  readonly tokenDigest: Buffer;
  readonly previousDigest: Buffer | null;
  readonly live: boolean;
  readonly inGrace: boolean;
}

/** Sessions in the database. Every end is published in its own transaction. */
@Injectable()
export class SessionRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ChangeFeed,
  ) {}

  async recordsById(ids: readonly number[]): Promise<readonly SessionRecord[]> {
    return this.dataSource.query<SessionRecord[]>(`select ${RECORD} from sessions where id = any($1)`, [ids]);
  }

  /** Takes the user's dead sessions away on this occasion. */
  async insert(session: NewSession): Promise<SessionRecord> {
    const [row] = await this.dataSource.query<SessionRecord[]>(
      `with dead as (delete from sessions where user_id = $1 and not (${LIVE}))
       insert into sessions (user_id, credentials_version, family_digest, token_digest, idle_seconds, expires_at,
                             address, user_agent)
       values ($1, $2, $3, $4, $5, now() + $6 * interval '1 second', $7, $8) returning ${RECORD}`,
      [
        session.userId,
        session.credentialsVersion,
        session.token.familyDigest,
        session.token.tokenDigest,
        session.idleSeconds,
        session.lifetimeSeconds,
        session.address,
        session.userAgent,
      ],
    );
    if (row === undefined) throw new Error('insert returned no row');
    return row;
  }

  /**
   * Puts `successor` in the place of `shown`. A predecessor whose successor has not been used yet goes on as well,
   * for half a minute: the successor is the same. One at a time for each session.
   */
  rotate(shown: RefreshToken, successor: RefreshToken): Promise<Rotation> {
    return this.dataSource.transaction(async (transaction): Promise<Rotation> => {
      const [row] = await transaction.query<LockedSession[]>(
        `select ${RECORD}, token_digest as "tokenDigest", previous_digest as "previousDigest", ${LIVE} as live,
                rotated_at + $2 * interval '1 second' > now() as "inGrace"
         from sessions where family_digest = $1 for update`,
        [shown.familyDigest, GRACE_SECONDS],
      );
      if (row === undefined) return { outcome: 'over' };
      const { tokenDigest, previousDigest, live, inGrace, ...session } = row;
      if (!live) {
        await this.delete(transaction, [session.id]);
        return { outcome: 'over' };
      }
      if (timingSafeEqual(tokenDigest, shown.tokenDigest)) {
        await transaction.query(
          `update sessions set previous_digest = token_digest, token_digest = $2, rotated_at = now() where id = $1`,
          [session.id, successor.tokenDigest],
        );
        return { outcome: 'continued', session };
      }
      if (inGrace && previousDigest !== null && timingSafeEqual(previousDigest, shown.tokenDigest)) {
        return { outcome: 'continued', session };
      }
      await this.delete(transaction, [session.id]);
      return { outcome: 'replayed', session };
    });
  }

  /** The one a refresh token belongs to, whatever became of the token itself. */
  async idOfFamily(token: RefreshToken): Promise<number | null> {
    const [row] = await this.dataSource.query<{ id: number }[]>(
      `select id from sessions where family_digest = $1`,
      [token.familyDigest],
    );
    return row?.id ?? null;
  }

  /** The live ones with these credentials, the last used first. */
  async summariesOf(userId: number, credentialsVersion: number): Promise<readonly SessionSummary[]> {
    return this.dataSource.query<SessionSummary[]>(
      `select id, address, user_agent as "userAgent", created_at as "createdAt", rotated_at as "lastUsedAt",
              least(expires_at, rotated_at + idle_seconds * interval '1 second') as "expiresAt"
       from sessions where user_id = $1 and credentials_version = $2 and ${LIVE}
       order by rotated_at desc, id desc`,
      [userId, credentialsVersion],
    );
  }

  /** Ends one; `userId`: only if it is his. Resolves with whose it was, null when there is no such session. */
  end(id: number, userId?: number): Promise<number | null> {
    return this.dataSource.transaction(async (transaction) => {
      const session = await transaction.findOneBy(
        SessionEntity,
        userId === undefined ? { id } : { id, userId },
      );
      if (session === null) return null;
      await this.delete(transaction, [id]);
      return session.userId;
    });
  }

  /** Ends all of a user. */
  endAllOf(userId: number): Promise<void> {
    return this.dataSource.transaction(async (transaction) => {
      const rows = await transaction.find(SessionEntity, { where: { userId }, select: { id: true } });
      if (rows.length > 0)
        await this.delete(
          transaction,
          rows.map((row) => row.id),
        );
    });
  }

  private async delete(transaction: EntityManager, ids: readonly number[]): Promise<void> {
    await transaction.query(`delete from sessions where id = any($1)`, [ids]);
    await this.changes.publish('sessions', transaction);
  }
}
