import { InvalidRequestError } from '../../errors/caller-errors.js';
import { isAbsent, isRecord, type JsonRecord } from '../json-record.js';

const SHOWN_LENGTH = 40;

/** What a value is, in words for a message; short strings and numbers are shown. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value.length <= SHOWN_LENGTH ? JSON.stringify(value) : 'a longer string';
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return 'an object';
  }
}

/** @throws InvalidRequestError unless `value` is a string, and not an empty one unless `emptyToo` */
export function requireText(value: unknown, path: string, what: string, emptyToo = false): void {
  if (typeof value === 'string' && (emptyToo || value !== '')) return;
  if (value === undefined) throw new InvalidRequestError(path, `is required; give ${what}`);
  throw new InvalidRequestError(path, `must be a string (${what}), not ${describe(value)}`);
}

/** The optional fields below may be absent or null. */
export function checkText(value: unknown, path: string): void {
  if (!isAbsent(value) && typeof value !== 'string') {
    throw new InvalidRequestError(path, `must be a string, not ${describe(value)}`);
  }
}

export function checkBoolean(value: unknown, path: string): void {
  if (!isAbsent(value) && typeof value !== 'boolean') {
    throw new InvalidRequestError(path, `must be true or false, not ${describe(value)}`);
  }
}

export function checkNumber(value: unknown, path: string): void {
  if (!isAbsent(value) && !Number.isFinite(value)) {
    throw new InvalidRequestError(path, `must be a number, not ${describe(value)}`);
  }
}

export function checkRecord(value: unknown, path: string): JsonRecord | undefined {
  if (isAbsent(value)) return undefined;
  if (!isRecord(value)) throw new InvalidRequestError(path, `must be an object, not ${describe(value)}`);
  return value;
}

export function checkList(value: unknown, path: string, of: string): readonly unknown[] | undefined {
  if (isAbsent(value)) return undefined;
  if (!Array.isArray(value))
    throw new InvalidRequestError(path, `must be a list of ${of}, not ${describe(value)}`);
  return value as readonly unknown[]; // Array.isArray gives any[].
}
