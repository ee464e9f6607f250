import { IsIn, IsInt, IsObject, Min, ValidateBy } from 'class-validator';
import { ClearableField, OptionalField } from './optional-field.js';

/** The languages of the portal, as BCP 47 tags. */
export const LANGUAGES = [
  'zh-CN',
  'en-US',
  'ja-JP',
  'ko-KR',
  'fr-FR',
  'es-ES',
  'de-DE',
  'ru-RU',
  'pt-BR',
  'it-IT',
  'nl-NL',
  'ar-SA',
  'hi-IN',
  'th-TH',
  'vi-VN',
  'id-ID',
] as const;
export type Language = (typeof LANGUAGES)[number];

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const ACCENTS = ['blue', 'green', 'purple', 'pink', 'orange'] as const;
export type Accent = (typeof ACCENTS)[number];

/** As JSON; room for columns, saved views and shortcuts of every page. */
export const MAX_PORTAL_PREFERENCES_CHARACTERS = 32_768;

/** A zone of the IANA database by its name; offsets are refused, they know no summer time. */
export const IsTimeZone = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTimeZone',
    validator: {
      validate: isTimeZone,
      defaultMessage: (failed) => `${failed?.property ?? 'value'} must be a time zone such as Europe/Berlin`,
    },
  });

function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

const FitsAsJson = (maxCharacters: number): PropertyDecorator =>
  ValidateBy({
    name: 'fitsAsJson',
    constraints: [maxCharacters],
    validator: {
      validate: (value: unknown) => (JSON.stringify(value)?.length ?? 0) <= maxCharacters,
      defaultMessage: (failed) =>
        `${failed?.property ?? 'value'} must have at most ${maxCharacters} characters as JSON`,
    },
  });

/** What is left out stays as it is; null goes back to what nobody has chosen. */
export class UpdatePreferencesDto {
  /** The version the change is made to; an older one is refused. Left out: whatever is there. */
  @OptionalField() @IsInt() @Min(1) version?: number;
  @ClearableField() @IsIn(LANGUAGES) language?: Language | null;
  @OptionalField() @IsIn(THEMES) theme?: Theme;
  @OptionalField() @IsIn(ACCENTS) accent?: Accent;
  @ClearableField() @IsTimeZone() time_zone?: string | null;
  /** The portal's own, replaced as a whole. */
  @OptionalField() @IsObject() @FitsAsJson(MAX_PORTAL_PREFERENCES_CHARACTERS) portal?: object;
}

export class SetLanguageDto {
  @IsIn(LANGUAGES) language: Language;
}

export interface PreferencesView {
  /** Null: the browser's. */
  readonly language: Language | null;
  readonly theme: Theme;
  readonly accent: Accent;
  /** Null: the browser's. */
  readonly time_zone: string | null;
  readonly portal: Readonly<Record<string, unknown>>;
  readonly version: number;
}

export interface LanguageView {
  readonly language: Language;
}

export interface LanguageChanged extends LanguageView {
  readonly success: true;
  readonly message: string;
}
