import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CapturedBody, CaptureRuleView, CaptureSubject, CaptureView } from '@ccs/dto';
import { SecretBox, type SealedPlace } from '../database/secret-box.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import type { CapturedCall } from './call-capture.js';

export interface NewCaptureRule {
  readonly subject: CaptureSubject;
  readonly subjectId: number;
  readonly until: Date;
  readonly createdBy: number;
}

/** Which captures; exactly one. */
export type CaptureSelection =
  { readonly userId: number } | { readonly keyId: number } | { readonly requestId: string };

/** More to write in the same transaction: the rule as it was and as it is. */
export type AlsoWriteRule = (
  transaction: SqlRunner,
  before: CaptureRuleView | null,
  after: CaptureRuleView | null,
) => Promise<void>;

interface RuleRow {
  readonly id: number;
  readonly subject: CaptureSubject;
  readonly subject_id: number;
  readonly until: Date;
  readonly created_by: number | null;
  readonly created_at: Date;
}

const AT_ONCE = 200;
const RULE = 'id, subject, subject_id, until, created_by, created_at';

/** Rules, and what was captured by them: sealed, bound to its row. */
@Injectable()
export class CaptureRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly changes: ChangeFeed,
  ) {}

  /** Those in force. */
  async rules(): Promise<readonly CaptureRuleView[]> {
    const rows = await this.dataSource.query<RuleRow[]>(
      `select ${RULE} from capture_rules where until > now() order by until, id`,
    );
    return rows.map(ruleView);
  }

  async setRule(rule: NewCaptureRule, alsoWrite: AlsoWriteRule): Promise<CaptureRuleView> {
    const { subject, subjectId, until, createdBy } = rule;
    const set = await this.dataSource.transaction(async (transaction) => {
      const [before] = await transaction.query<RuleRow[]>(
        `select ${RULE} from capture_rules where subject = $1 and subject_id = $2 for update`,
        [subject, subjectId],
      );
      const [after] = await transaction.query<RuleRow[]>(
        `insert into capture_rules (subject, subject_id, until, created_by) values ($1, $2, $3, $4)
         on conflict (subject, subject_id) do update
            set until = excluded.until, created_by = excluded.created_by, created_at = now()
         returning ${RULE}`,
        [subject, subjectId, until, createdBy],
      );
      if (after === undefined) throw new TypeError('the rule was not returned');
      await this.changes.publish('captures', transaction);
      await alsoWrite(transaction, before === undefined ? null : ruleView(before), ruleView(after));
      return ruleView(after);
    });
    await this.changes.catchUp('captures');
    return set;
  }

  /** False: there is no such rule. */
  async endRule(id: number, alsoWrite: AlsoWriteRule): Promise<boolean> {
    const ended = await this.dataSource.transaction(async (transaction) => {
      const [[rule]] = await transaction.query<[RuleRow[], number]>(
        `delete from capture_rules where id = $1 returning ${RULE}`,
        [id],
      );
      if (rule === undefined) return false;
      await this.changes.publish('captures', transaction);
      await alsoWrite(transaction, ruleView(rule), null);
      return true;
    });
    if (ended) await this.changes.catchUp('captures');
    return ended;
  }

  /** Of a user who is gone, nothing is kept. */
  async insert({ requestId, userId, keyId }: CapturedCall, bodies: readonly CapturedBody[]): Promise<void> {
    await this.dataSource.query(
      `insert into captures (request_id, user_id, key_id, bodies)
       select $1, $2, $3, $4 where exists (select from users where id = $2) on conflict do nothing`,
      [requestId, userId, keyId, this.box.seal(JSON.stringify(bodies), placeOf(requestId))],
    );
  }

  /**
   * @param requestId a UUID
   * @throws UnreadableSecretError
   */
  async find(requestId: string): Promise<CaptureView | null> {
    const [row] = await this.dataSource.query<
      { user_id: number; key_id: number | null; captured_at: Date; bodies: string }[]
    >('select user_id, key_id, captured_at, bodies from captures where request_id = $1', [requestId]);
    if (row === undefined) return null;
    return {
      request_id: `req_${requestId}`,
      user_id: row.user_id,
      key_id: row.key_id,
      captured_at: row.captured_at.toISOString(),
      // Sealed by `insert`: nobody else can have written it.
      bodies: JSON.parse(this.box.open(row.bodies, placeOf(requestId)).reveal()) as readonly CapturedBody[],
    };
  }

  /** Returns how many there were. */
  async delete(selection: CaptureSelection): Promise<number> {
    const [column, value] =
      'userId' in selection
        ? ['user_id', selection.userId]
        : 'keyId' in selection
          ? ['key_id', selection.keyId]
          : ['request_id', selection.requestId];
    const [, count] = await this.dataSource.query<[unknown[], number]>(
      `delete from captures where ${column} = $1`,
      [value],
    );
    return count;
  }

  /** Returns how many there were. */
  async deleteOlderThan(days: number): Promise<number> {
    await this.dataSource.query('delete from capture_rules where until < now() - make_interval(days => $1)', [
      days,
    ]);
    let removed = 0;
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        `delete from captures where request_id in (
           select request_id from captures where captured_at < now() - make_interval(days => $1)
            order by captured_at limit $2)`,
        [days, AT_ONCE],
      );
      removed += count;
      if (count < AT_ONCE) return removed;
    }
  }
}

const placeOf = (requestId: string): SealedPlace => ({ table: 'captures', column: 'bodies', row: requestId });

function ruleView(row: RuleRow): CaptureRuleView {
  return { ...row, until: row.until.toISOString(), created_at: row.created_at.toISOString() };
}
