/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Secrets by their looks. Named groups `before` and `after` stay. */
const LOOKS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|rk|pk)[-_](?:[a-z]+[-_])?[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /(?<before>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{12,}/gi,
  /(?<before>\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'\\]{1,100}:)[^\s@"'/\\]{1,200}(?<after>@)/gi,
  // A member of JSON, also of JSON within a text of JSON.
  /(?<before>\\{0,3}"(?:[a-z0-9]{1,20}[_-]?)?(?:api[_-]?key|password|passwd|secret|access[_-]?token|refresh[_-]?token|auth[_-]?token|authorization|private[_-]?key|client[_-]?secret)\\{0,3}"\s*:\s*\\{0,3}")[^"\\]{1,2000}/gi,
  // A line of an environment file.
  /(?<before>\b[A-Z][A-Z0-9_]{0,60}(?:API_KEY|PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|SECRET_KEY)=)(?!\[redacted\])[^\s"'\\]{4,}/g,
];
/** Shorter ones would be found everywhere. */
const SHORTEST_KNOWN = 8;

export interface Redaction {
  readonly text: string;
  readonly count: number;
}

/**
 * Takes secrets out of a body: those that are `known`, and what looks like one. A secret that a stream carries in
 * pieces, one token at a time, is found in no piece; its whole, where the answer is a single body, is.
 */
export function redact(text: string, known: Iterable<string> = []): Redaction {
  let count = 0;
  let redacted = text;
  for (const secret of known) {
    if (secret.length < SHORTEST_KNOWN) continue;
    const parts = redacted.split(secret);
    count += parts.length - 1;
    redacted = parts.join(REDACTED);
  }
  for (const look of LOOKS) {
    redacted = redacted.replace(look, (...match: unknown[]) => {
      count += 1;
      const groups = match.at(-1);
      const { before = '', after = '' } = (typeof groups === 'object' ? groups : {}) as Record<
        string,
        string
      >;
      return `${before}${REDACTED}${after}`;
    });
  }
  return { text: redacted, count };
}
