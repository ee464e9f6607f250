import { IsIn, IsISO8601, IsString, MaxLength } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { PagingQueryDto } from './paging.js';
import { QueryInteger } from './query-values.js';

/** Everything that is kept for a security review, as `kind.act`. */
export const AUDIT_ACTIONS = [
  'session.open',
  'session.refuse',
  'session.end',
  'session.replay',
  'password.change',
  'account.link',
  'account.unlink',
  'user.create',
  'user.update',
  'user.permissions',
  'user.reset_password',
  'user.delete',
  'api_key.create',
  'api_key.update',
  'api_key.rotate',
  'api_key.delete',
  'provider.create',
  'provider.update',
  'provider.delete',
  'provider.order',
  'config.update',
  'price.update',
  'capture.update',
  'capture.read',
  'capture.delete',
  'usage.export',
  'audit.export',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_OUTCOMES = ['success', 'failure'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export class AuditQueryDto extends PagingQueryDto {
  @OptionalField() @IsIn(AUDIT_ACTIONS) action?: AuditAction;
  @OptionalField() @IsIn(AUDIT_OUTCOMES) outcome?: AuditOutcome;
  @OptionalField() @QueryInteger(1, 999_999_999) actor_id?: string;
  @OptionalField() @IsString() @MaxLength(40) target_kind?: string;
  @OptionalField() @IsString() @MaxLength(200) target_id?: string;
  /** Part of the actor's e-mail or of the target's name, in any case. */
  @OptionalField() @IsString() @MaxLength(100) q?: string;
  @OptionalField() @IsISO8601({ strict: true }) date_from?: string;
  @OptionalField() @IsISO8601({ strict: true }) date_to?: string;
}

export interface AuditEventView {
  readonly id: number;
  readonly at: string;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  readonly actor_id: number | null;
  readonly actor_email: string | null;
  readonly address: string | null;
  readonly target_kind: string | null;
  readonly target_id: string | null;
  readonly target_name: string | null;
  /** Field -> value before and after; secrets are masked. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** Hex; covers this event and, through the hash before it, all earlier ones. */
  readonly hash: string;
}
