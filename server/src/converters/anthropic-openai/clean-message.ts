/** More of a provider's words is never read: the patterns below see every character several times. */
const MAX_INPUT_LENGTH = 8192;

const KEY_LIKE: readonly (readonly [RegExp, string])[] = [
  [/\b(sk-)[\w*-]{4,}/g, '$1***'],
  [/\b((?:rk|pk|ak|gsk|csk|xai|hf|fw|r8|nvapi|pplx|tgp)[-_])[\w*-]{16,}/g, '$1***'],
  [/\b(AIza)[\w-]{20,}/g, '$1***'],
  [/\b(eyJ)[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, '$1***'],
  // Zhipu: 32 hexadecimal digits, a dot, the secret.
  [/\b[0-9a-f]{32}\.\w{16,}/g, '***'],
  [/\b(bearer )[\w.~+/=*-]{8,}/gi, '$1***'],
  [/(:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,200}@/g, '$1***@'],
  // A key without a known shape, where the words before it say that it is one.
  [
    /((?:key|secret|token|credential|authorization)[\s"'`:=]{1,4}(?:(?:provided|is|was)[\s"'`:=]{1,4})?)(?=[A-Za-z_*-]{0,60}\d)[\w*-]{16,}/gi,
    '$1***',
  ],
];

/** Tags that only a web page has: providers write `<400>` or `<think>` in ordinary words. */
const PAGE_TAG = /<(?:!doctype|html|head|body|title|h[1-6]|p|div|span|center|hr|br|a|table|pre)\b[^<>]*>/i;

/**
 * A provider's words made fit for a client: API keys masked, a web page reduced to its text, white space at
 * the ends gone, at most `maxLength` characters (specification E2). '' when nothing is left.
 */
export function cleanMessage(words: string, maxLength: number): string {
  let text = words.slice(0, MAX_INPUT_LENGTH);
  for (const [pattern, replacement] of KEY_LIKE) text = text.replace(pattern, replacement);
  if (PAGE_TAG.test(text)) text = textOfPage(text);
  text = text.trim();
  const characters = text.length > maxLength ? [...text] : null;
  return characters !== null && characters.length > maxLength
    ? `${characters.slice(0, maxLength - 1).join('')}…`
    : text;
}

function textOfPage(page: string): string {
  // A title says what the page says again below it, so that everything in the head can go.
  const title = /<title\b[^<>]*>([^<]*)/i.exec(page)?.[1] ?? '';
  const body = page
    .replace(/<(head|script|style)\b[^<>]*>[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[a-z!/][^<>]*>/gi, ' ');
  return (/\S/.test(body) ? body : title).replace(/\s+/g, ' ');
}
