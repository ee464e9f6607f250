const KEY_BYTES = 32;

/**
 * The 32 bytes of an `ENCRYPTION_KEY` written as hex, base64 or base64url; a Fernet key is the last of these.
 * Null when it is none of them.
 */
export function parseEncryptionKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  // Node's base64 decoder takes both alphabets.
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : null;
}
