import type { AuditAction, AuditOutcome } from '@ccs/dto';

export interface AuditActor {
  readonly userId: number | null;
  readonly email: string | null;
}

export interface AuditTarget {
  /** `user`, `api_key`, `provider` … */
  readonly kind: string;
  readonly id: string | number;
  readonly name?: string | null;
}

/** One act that a security review asks for. */
export interface AuditEntry {
  readonly action: AuditAction;
  /** `success` when left out. */
  readonly outcome?: AuditOutcome;
  /** Null: nobody who is known. */
  readonly actor: AuditActor | null;
  /** The peer's, or by TRUST_PROXY the client's. */
  readonly address: string | null;
  readonly target: AuditTarget | null;
  /** Fields as they were and as they are; values of secrets are masked by the log itself. */
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}

/** An entry as it is stored. */
export interface AuditEvent {
  /** Grows by one. */
  readonly id: number;
  readonly at: Date;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  readonly actorId: number | null;
  readonly actorEmail: string | null;
  readonly address: string | null;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly hash: Buffer;
}
