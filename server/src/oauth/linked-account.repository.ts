import { Injectable } from '@nestjs/common';
import type { OauthProvider } from '@ccs/dto';
import { DataSource } from 'typeorm';
import { ConflictError, NotFoundError } from '../errors/caller-errors.js';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import type { Identity } from './identity.js';

export interface LinkedAccount {
  readonly id: number;
  readonly userId: number;
  readonly provider: OauthProvider;
  readonly label: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** Runs in the transaction of a change, as its last statement. */
type AlsoWrite = (account: LinkedAccount, transaction: SqlRunner) => Promise<void>;

const COLUMNS = `id, user_id as "userId", provider, label, created_at as "createdAt", last_used_at as "lastUsedAt"`;

/** Accounts at providers and whose they are. */
@Injectable()
export class LinkedAccountRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find({ issuer, subject }: Identity): Promise<LinkedAccount | null> {
    const [account] = await this.dataSource.query<LinkedAccount[]>(
      `select ${COLUMNS} from linked_accounts where issuer = $1 and subject = $2`,
      [issuer, subject],
    );
    return account ?? null;
  }

  /** In the order they were linked. */
  listOf(userId: number): Promise<readonly LinkedAccount[]> {
    return this.dataSource.query<LinkedAccount[]>(
      `select ${COLUMNS} from linked_accounts where user_id = $1 order by id`,
      [userId],
    );
  }

  async recordUse(id: number, label: string | null): Promise<void> {
    await this.dataSource.query(
      `update linked_accounts set last_used_at = now(), label = coalesce($2, label) where id = $1`,
      [id, label],
    );
  }

  /** Null: it is somebody's already, perhaps of the same user. */
  async insert(userId: number, identity: Identity, transaction: SqlRunner): Promise<LinkedAccount | null> {
    // As the columns are listed.
    const [account] = (await transaction.query(
      `insert into linked_accounts (user_id, provider, issuer, subject, label) values ($1, $2, $3, $4, $5)
       on conflict on constraint linked_accounts_identity do nothing returning ${COLUMNS}`,
      [userId, identity.provider, identity.issuer, identity.subject, identity.label],
    )) as LinkedAccount[];
    return account ?? null;
  }

  /** False: it is another user's. One that is his already is left as it is. */
  link(userId: number, identity: Identity, alsoWrite: AlsoWrite): Promise<boolean> {
    return this.dataSource.transaction(async (transaction) => {
      const account = await this.insert(userId, identity, transaction);
      if (account !== null) await alsoWrite(account, transaction);
      return account !== null || (await this.find(identity))?.userId === userId;
    });
  }

  /**
   * `usable`: providers by which one can sign in here now; null: whatever is left.
   *
   * @throws NotFoundError, ConflictError when no way to sign in would be left
   */
  unlink(
    userId: number,
    id: number,
    usable: readonly OauthProvider[] | null,
    alsoWrite: AlsoWrite,
  ): Promise<void> {
    return this.dataSource.transaction(async (transaction) => {
      // One at a time for each user: of two that are taken away at once, one may be the last.
      const [user] = await transaction.query<{ hasPassword: boolean }[]>(
        `select password_hash is not null as "hasPassword" from users where id = $1 for update`,
        [userId],
      );
      const accounts = await transaction.query<LinkedAccount[]>(
        `select ${COLUMNS} from linked_accounts where user_id = $1`,
        [userId],
      );
      const account = accounts.find((each) => each.id === id);
      if (account === undefined) throw new NotFoundError('There is no such linked account');
      const left = accounts.filter((each) => each.id !== id && usable?.includes(each.provider) === true);
      if (usable !== null && user?.hasPassword !== true && left.length === 0) {
        throw new ConflictError(
          'It is the only way to sign in: link another account or have a password set first',
        );
      }
      await transaction.query('delete from linked_accounts where id = $1', [id]);
      await alsoWrite(account, transaction);
    });
  }
}
