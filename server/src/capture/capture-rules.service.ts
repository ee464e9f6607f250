import { Injectable } from '@nestjs/common';
import {
  MAX_CAPTURE_DAYS,
  type CaptureRuleView,
  type CaptureSubject,
  type CaptureView,
  type DeleteCapturesQueryDto,
  type SetCaptureRuleDto,
} from '@ccs/dto';
import { ApiKeyRepository } from '../api-keys/api-key.repository.js';
import { AuditLog } from '../audit/audit-log.js';
import type { Principal } from '../auth/principal.js';
import { NotFoundError, ValidationFailedError } from '../errors/caller-errors.js';
import { checkMayManage } from '../permissions/user-rules.js';
import { UserRepository } from '../users/user.repository.js';
import { CaptureRepository, type CaptureSelection } from './capture.repository.js';

const DAY_MS = 86_400_000;

/** Who acts, and from where. */
export interface CaptureActor {
  readonly principal: Principal;
  readonly address: string;
}

/**
 * Captures are asked for, read and deleted by whoever may change the configuration, of people he may manage; each
 * of it leaves a line in the audit trail.
 */
@Injectable()
export class CaptureRulesService {
  constructor(
    private readonly repository: CaptureRepository,
    private readonly keys: ApiKeyRepository,
    private readonly users: UserRepository,
    private readonly audit: AuditLog,
  ) {}

  rules(): Promise<readonly CaptureRuleView[]> {
    return this.repository.rules();
  }

  /** @throws ValidationFailedError, PermissionDeniedError */
  async set(actor: CaptureActor, dto: SetCaptureRuleDto): Promise<CaptureRuleView> {
    const until = new Date(dto.until);
    const now = Date.now();
    if (until.getTime() <= now || until.getTime() > now + MAX_CAPTURE_DAYS * DAY_MS)
      throw invalid('/until', 'out_of_range', `must be in the next ${MAX_CAPTURE_DAYS} days`);
    const ownerId = await this.#ownerOf(dto.subject, dto.subject_id);
    await this.#checkMayManage(actor.principal, ownerId);
    const { subject, subject_id: subjectId } = dto;
    const rule = { subject, subjectId, until, createdBy: actor.principal.userId };
    return this.repository.setRule(rule, (transaction, before, after) =>
      this.audit.record(
        {
          ...entry(actor),
          target: { kind: subject, id: subjectId },
          before: shown(before),
          after: shown(after),
        },
        transaction,
      ),
    );
  }

  /** @throws NotFoundError */
  async end(actor: CaptureActor, id: number): Promise<void> {
    const ended = await this.repository.endRule(id, (transaction, before) =>
      this.audit.record(
        {
          ...entry(actor),
          target: before === null ? null : { kind: before.subject, id: before.subject_id },
          before: shown(before),
        },
        transaction,
      ),
    );
    if (!ended) throw new NotFoundError('Capture rule not found');
  }

  /**
   * @param requestId with or without `req_`
   * @throws NotFoundError, PermissionDeniedError
   */
  async read(actor: CaptureActor, requestId: string): Promise<CaptureView> {
    const capture = await this.repository.find(requestId.replace('req_', ''));
    if (capture === null) throw new NotFoundError('Nothing was captured of this request');
    await this.#checkMayManage(actor.principal, capture.user_id);
    await this.audit.record({
      ...entry(actor),
      action: 'capture.read',
      target: { kind: 'request', id: capture.request_id },
    });
    return capture;
  }

  /** Returns how many there were. @throws ValidationFailedError unless exactly one selection is given */
  async delete(actor: CaptureActor, query: DeleteCapturesQueryDto): Promise<number> {
    const selection = selectionOf(query);
    const deleted = await this.repository.delete(selection);
    const [[kind, id] = ['', '']] = Object.entries(selection) as [string, string | number][];
    await this.audit.record({
      ...entry(actor),
      action: 'capture.delete',
      target: { kind, id },
      after: { deleted },
    });
    return deleted;
  }

  async #ownerOf(subject: CaptureSubject, id: number): Promise<number> {
    if (subject === 'user') return id;
    const key = await this.keys.find(id, null);
    if (key?.user_id === undefined || key.user_id === null)
      throw invalid('/subject_id', 'unknown', 'there is no such key');
    return key.user_id;
  }

  async #checkMayManage(caller: Principal, userId: number): Promise<void> {
    const [account] = await this.users.accountsById([userId]);
    if (account === undefined) throw invalid('/subject_id', 'unknown', 'there is no such user');
    checkMayManage(caller, account.principal);
  }
}

const entry = ({ principal, address }: CaptureActor) =>
  ({
    action: 'capture.update',
    actor: { userId: principal.userId, email: principal.email },
    address,
  }) as const;

const shown = (rule: CaptureRuleView | null): Record<string, unknown> | null =>
  rule === null ? null : { until: rule.until };

function selectionOf({
  user_id: userId,
  key_id: keyId,
  request_id: requestId,
}: DeleteCapturesQueryDto): CaptureSelection {
  const given: CaptureSelection[] = [];
  if (userId !== undefined) given.push({ userId: Number(userId) });
  if (keyId !== undefined) given.push({ keyId: Number(keyId) });
  if (requestId !== undefined) given.push({ requestId: requestId.replace('req_', '') });
  const [selection] = given;
  if (selection === undefined || given.length > 1)
    throw invalid('', 'one_of', 'give exactly one of user_id, key_id and request_id');
  return selection;
}

const invalid = (pointer: string, code: string, detail: string): ValidationFailedError =>
  new ValidationFailedError([{ pointer, code, detail }]);
