/** PostgreSQL stores neither U+0000 nor half of a surrogate pair, in no text and in no JSON. */
const REPLACEMENT = '\uFFFD';
/** As `JSON.stringify` writes them; an escaped backslash before is no escape of these. */
const UNSTORABLE_ESCAPE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', REPLACEMENT);
}

/** JSON for a `jsonb` column, names of members included. */
export function storableJson(value: object): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replace(UNSTORABLE_ESCAPE, `$1${REPLACEMENT}`) : text;
}
