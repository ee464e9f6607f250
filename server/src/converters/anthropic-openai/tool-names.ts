import type { Sha256Hex } from './conversion.js';

const VALID = /^[a-zA-Z0-9_-]+$/;
const HASH_LENGTH = 10;

/**
 * A name an OpenAI-format provider accepts: `[a-zA-Z0-9_-]`, at most `maxLength` long. A name that already is
 * one stays; any other gets a hash of itself, so that two long names with one beginning differ. Pure, so the
 * same in tools, tool_choice and history of every request (specification R4.3).
 */
export function toUpstreamToolName(name: string, maxLength: number, sha256Hex: Sha256Hex): string {
  if (name.length <= maxLength && VALID.test(name)) return name;
  const hash = sha256Hex(name).slice(0, Math.min(HASH_LENGTH, maxLength));
  const headLength = Math.max(0, maxLength - hash.length - 1);
  const head = name.slice(0, headLength).replace(/[^a-zA-Z0-9_-]/g, '_');
  return head === '' ? hash : `${head}_${hash}`;
}
