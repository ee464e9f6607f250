import type { Sha256Hex } from './conversion.js';

const ENCODED_PREFIX = 'toolu_x_';
const CLIENT_ID = /^[a-zA-Z0-9_-]{1,128}$/;
const ALNUM9 = /^[a-zA-Z0-9]{9}$/;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * An upstream tool call id in the form that Anthropic's own API accepts, restorable by `decodeToolId`
 * (specification P6, R3.5). Always encodes; `toClientToolId` says when that is needed.
 */
export function encodeToolId(upstreamId: string): string {
  let binary = '';
  for (const byte of utf8.encode(upstreamId)) binary += String.fromCharCode(byte);
  return ENCODED_PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The upstream's own id of a `toolu_x_…` id; every other id, and one that is no encoding, as it is. */
export function decodeToolId(clientId: string): string {
  if (!clientId.startsWith(ENCODED_PREFIX)) return clientId;
  const encoded = clientId.slice(ENCODED_PREFIX.length);
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    const decoded = strictUtf8.decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
    return encodeToolId(decoded) === clientId ? decoded : clientId;
  } catch {
    return clientId; // Not base64url of UTF-8: an id that only looks like ours.
  }
}

/**
 * The id a client gets for an upstream id: the same where it may be, else encoded. An upstream id that
 * already looks encoded (a gateway behind this one) is encoded once more, so that decoding restores it.
 */
export function toClientToolId(upstreamId: string): string {
  const keeps = CLIENT_ID.test(upstreamId) && decodeToolId(upstreamId) === upstreamId;
  return keeps ? upstreamId : encodeToolId(upstreamId);
}

/** Nine alphanumerics, as Mistral demands: such an id as it is, else 52 bits of its SHA-256 in base 62. */
export function toAlnum9ToolId(id: string, sha256Hex: Sha256Hex): string {
  if (ALNUM9.test(id)) return id;
  let rest = Number.parseInt(sha256Hex(id).slice(0, 13), 16);
  let text = '';
  for (let i = 0; i < 9; i++) {
    text += BASE62.charAt(rest % 62);
    rest = Math.floor(rest / 62);
  }
  return text;
}
