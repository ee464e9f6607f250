import { createHash } from 'node:crypto';
import type { AuditEvent } from '../audit-entry.js';

/** What stands before the first event. */
export const CHAIN_START = Buffer.alloc(32);

/** SHA-256 over the hash before it and the event's own content; 32 bytes. */
export function chainHash(previous: Buffer, event: Omit<AuditEvent, 'hash'>): Buffer {
  return createHash('sha256')
    .update(previous)
    .update(canonicalJson(content(event)))
    .digest();
}

function content(event: Omit<AuditEvent, 'hash'>): unknown[] {
  return [
    event.id,
    event.at.toISOString(),
    event.action,
    event.outcome,
    event.actorId,
    event.actorEmail,
    event.address,
    event.targetKind,
    event.targetId,
    event.targetName,
    event.before,
    event.after,
  ];
}

/** The same text for the same value: jsonb does not keep the order of keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
