import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';

/** What failures are counted for, and how many in a row cost nothing. */
export interface SignInLimit {
  /** SHA-256: what people type into an e-mail field is nobody's business. */
  readonly key: Buffer;
  readonly free: number;
  /** It is about the account: forgotten when its owner gets in. */
  readonly ofAccount: boolean;
}

const ACCOUNT_AT_PLACE_FREE = 10;
const PLACE_FREE = 50;
const ACCOUNT_FREE = 100;

/** One person at one place; one place trying many accounts; one account tried from many places. */
export function signInLimits(email: string, address: string): readonly SignInLimit[] {
  const place = placeOf(address);
  return [
    { key: digest('both', place, email), free: ACCOUNT_AT_PLACE_FREE, ofAccount: true },
    { key: digest('place', place), free: PLACE_FREE, ofAccount: false },
    { key: digest('account', email), free: ACCOUNT_FREE, ofAccount: true },
  ];
}

/** Who has one address of a network often has all of it: a /24 of IPv4, a /64 of IPv6. */
function placeOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  const [bytes, prefix] = [parsed.toByteArray(), parsed.kind() === 'ipv4' ? 3 : 8];
  return `${parsed.kind()} ${bytes.slice(0, prefix).join('.')}`;
}

function digest(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
