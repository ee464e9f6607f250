import { MIN_PASSWORD_LENGTH } from '@ccs/dto';
import { commonPasswords } from './common-passwords.js';

const MIN_DIFFERENT_CHARACTERS = 5;
/** What is left of a password without the words everybody would guess here. */
const MIN_OWN_CHARACTERS = 6;
const PRODUCT_WORDS = [
  'ccswitch',
  'switch',
  'claude',
  'anthropic',
  'gateway',
  'administrator',
  'admin',
  'password',
];

/** Long ones that are often chosen and not on the list. */
const MORE_COMMON = new Set(
  (
    '123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 123456789abc abcdefghijkl ' +
    'abcdefghijklm abcd1234efgh qwertyuiopasdf qwertyuiopasdfghjkl 1qaz2wsx3edc4rfv zaq12wsxcde3 zaq12wsxcde34rfv ' +
    'correcthorsebatterystaple'
  ).split(' '),
);

export interface PasswordOwner {
  readonly email: string;
  readonly name?: string | null;
}

/** What is wrong with a password somebody wants to have, in words; null: nothing. */
export async function passwordProblem(password: string, owner: PasswordOwner): Promise<string | null> {
  if ([...password].length < MIN_PASSWORD_LENGTH)
    return `must have at least ${MIN_PASSWORD_LENGTH} characters`;
  const folded = password.toLowerCase();
  if (new Set(folded).size < MIN_DIFFERENT_CHARACTERS) {
    return `must have at least ${MIN_DIFFERENT_CHARACTERS} different characters`;
  }
  if (withoutExpectedWords(folded, owner).length < MIN_OWN_CHARACTERS) {
    return 'must have more in it than the e-mail address, the name or this product';
  }
  return (await isCommon(folded)) ? 'is one of the most common passwords' : null;
}

function withoutExpectedWords(folded: string, { email, name }: PasswordOwner): string {
  const words = [...email.toLowerCase().split(/[@.]/), ...(name ?? '').toLowerCase().split(/\s+/)];
  return [email.toLowerCase(), ...words, ...PRODUCT_WORDS]
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), folded)
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** On the list, or a word of the list said twice or with digits and signs around it. */
async function isCommon(folded: string): Promise<boolean> {
  const common = await commonPasswords();
  const core = folded.replace(/^\P{L}+|\P{L}+$/gu, '');
  return [folded, core, half(folded), half(core)].some((text) => common.has(text) || MORE_COMMON.has(text));
}

/** Of a text that is one word twice; else empty. */
function half(text: string): string {
  const middle = text.length / 2;
  return Number.isInteger(middle) && text.slice(0, middle) === text.slice(middle) ? text.slice(middle) : '';
}
