/**
 * Headers that belong to one connection or to the framing of a message (RFC 9110, section 7.6.1), and `host`, which
 * belongs to the address: an entry cannot set them, and none of them is ever sent on.
 */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @param name in any case */
export function belongsToConnection(name: string): boolean {
  return CONNECTION_HEADERS.has(name.toLowerCase());
}
