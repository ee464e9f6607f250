/** `req_` and dashes may be left out of what people type. */
const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX = /^[0-9a-f]{8,32}$/;
const EARLIEST_MS = Date.UTC(2020, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** All ids that begin alike, and the time they can be from: both are in order of time. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
  readonly fromMs: number;
  /** Inclusive. */
  readonly toMs: number;
}

/** The UUID in a request id; null: it is none. */
export function uuidOf(requestId: string): string | null {
  const id = requestId.toLowerCase().replace(/^req_/, '');
  return DASHED.test(id) ? id : null;
}

/** When the call was: the first 48 bits of its UUIDv7. */
export const timeOfUuid = (uuid: string): number =>
  Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);

/**
 * The ids that begin with `text`; null: it is the beginning of no request id. Session ids look alike, but random ones
 * begin with a time of this century once in a thousand.
 */
export function idRange(text: string): IdRange | null {
  const hex = text.toLowerCase().replace(/^req_/, '').replaceAll('-', '');
  if (!HEX.test(hex) || (hex.length > 12 && hex[12] !== '7')) return null;
  const [first, last] = [dashed(hex.padEnd(32, '0')), dashed(hex.padEnd(32, 'f'))];
  const [fromMs, toMs] = [timeOfUuid(first), timeOfUuid(last)];
  return fromMs < EARLIEST_MS || toMs > LATEST_MS ? null : { first, last, fromMs, toMs };
}

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
