/** The languages the portal speaks, each by its own name. A new one is a row here and a file in `public/i18n`. */
export const LANGUAGES = [
  { code: 'en-US', name: 'English', dir: 'ltr' },
  { code: 'zh-CN', name: '简体中文', dir: 'ltr' },
] as const;

export type LanguageCode = (typeof LANGUAGES)[number]['code'];

export const LANGUAGE_CODES: readonly LanguageCode[] = LANGUAGES.map((language) => language.code);

/**
 * The best of ours for what the browser asks for, in its order: the exact tag, else the same language in
 * another region (`zh-TW` reads `zh-CN` better than English), else English.
 */
export function matchLanguage(wanted: readonly string[]): LanguageCode {
  for (const tag of wanted) {
    const exact = LANGUAGE_CODES.find((code) => code.toLowerCase() === tag.toLowerCase());
    if (exact !== undefined) return exact;
    const primary = tag.toLowerCase().split('-')[0];
    const related = LANGUAGE_CODES.find((code) => code.toLowerCase().split('-')[0] === primary);
    if (related !== undefined) return related;
  }
  return 'en-US';
}
