import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'sk-';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 256 bits in base62. */
const SECRET_LENGTH = 43;
/** 32 bits in base62. */
const CHECKSUM_LENGTH = 6;

const OWN_SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
/** Keys of the product this one replaces: 32 bytes in hex, without a checksum. */
const EARLIER_SHAPE = /^sk-[0-9a-f]{64}$/;

const SHOWN_CHARACTERS = 8;

/**
 * A new key: `sk-`, 256 random bits as 43 characters of base62, and the CRC-32 (ISO 3309) of all that as 6 more.
 * The checksum tells a mistyped or foreign key from ours without asking anybody; it is no secret.
 */
export function generateApiKey(): string {
  const secret = toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  return `${PREFIX}${secret}${checksum(PREFIX + secret)}`;
}

/** Whether a text can be one of our keys at all. */
export function hasApiKeyShape(text: string): boolean {
  if (!OWN_SHAPE.test(text)) return EARLIER_SHAPE.test(text);
  return text.endsWith(checksum(text.slice(0, -CHECKSUM_LENGTH)));
}

/** What may be shown of a key after its creation. */
export function describeApiKey(key: string): { readonly prefix: string; readonly lastFour: string } {
  return { prefix: `${key.slice(0, PREFIX.length + SHOWN_CHARACTERS)}...`, lastFour: key.slice(-4) };
}

function checksum(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function toBase62(value: bigint, length: number): string {
  const base = BigInt(ALPHABET.length);
  let rest = value;
  let digits = '';
  for (let position = 0; position < length; position += 1) {
    digits = ALPHABET.charAt(Number(rest % base)) + digits;
    rest /= base;
  }
  return digits;
}
