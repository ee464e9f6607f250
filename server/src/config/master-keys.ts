import { parseEncryptionKey } from './encryption-key.js';
import type { EnvironmentReader } from './environment-reader.js';
import { Secret } from './secret.js';

const MIN_SECRET_BYTES = 32;
/** Fewer: a placeholder, or mashed by hand. */
const MIN_DIFFERENT_SYMBOLS = 10;
/** Words of examples that were copied; random text has them once in ten million. */
const PLACEHOLDER = /change|secret|example|placeholder|default|your[-_]/i;

/** How strict to be with what protects the gateway. */
export interface SecretPolicy {
  readonly listensOnLoopback: boolean;
  /** A secret that is easy to guess: refused beyond loopback, else worth a warning. */
  weak(variable: string, expected: string): void;
}

/** What signs sessions; null: a generated one is used. */
export function readJwtSecretKey(reader: EnvironmentReader, policy: SecretPolicy): Secret | null {
  const expected = `at least ${MIN_SECRET_BYTES} random bytes, such as the output of: openssl rand -base64 48`;
  const value = reader.optional('JWT_SECRET_KEY');
  if (value === null) return missingSecret(reader, policy, 'JWT_SECRET_KEY', expected);
  if (Buffer.byteLength(value) < MIN_SECRET_BYTES) reader.refuse('JWT_SECRET_KEY', expected);
  else if (new Set(value).size < MIN_DIFFERENT_SYMBOLS || PLACEHOLDER.test(value))
    policy.weak('JWT_SECRET_KEY', expected);
  return new Secret(value);
}

/** What seals stored secrets; null: a generated one is used. */
export function readEncryptionKey(reader: EnvironmentReader, policy: SecretPolicy): Secret | null {
  const expected = '32 bytes as base64 or hex, such as the output of: openssl rand -base64 32';
  const value = reader.optional('ENCRYPTION_KEY');
  if (value === null) return missingSecret(reader, policy, 'ENCRYPTION_KEY', expected);
  const bytes = parseEncryptionKey(value);
  if (bytes === null) reader.refuse('ENCRYPTION_KEY', expected);
  else if (new Set(bytes).size < MIN_DIFFERENT_SYMBOLS) policy.weak('ENCRYPTION_KEY', expected);
  else if (value === reader.optional('JWT_SECRET_KEY'))
    policy.weak('ENCRYPTION_KEY', `other bytes than JWT_SECRET_KEY: ${expected}`);
  return new Secret(value);
}

function missingSecret(
  reader: EnvironmentReader,
  policy: SecretPolicy,
  variable: string,
  expected: string,
): null {
  if (!policy.listensOnLoopback) reader.refuse(variable, `required beyond loopback: ${expected}`);
  return null;
}
