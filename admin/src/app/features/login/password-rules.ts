/** The server's own figures: `MIN_PASSWORD_LENGTH` and its count of different characters. */
export const PASSWORD_MIN_LENGTH = 12;
export const PASSWORD_MIN_DIFFERENT = 5;

/** What can be told without the server; that a password is a common one, only the server knows. */
export interface PasswordRules {
  readonly longEnough: boolean;
  readonly varied: boolean;
  /** Neither the e-mail address nor the password it replaces. */
  readonly new: boolean;
}

export function checkPassword(password: string, email: string, oldPassword: string): PasswordRules {
  const folded = password.toLowerCase();
  return {
    longEnough: Array.from(password).length >= PASSWORD_MIN_LENGTH,
    varied: new Set(folded).size >= PASSWORD_MIN_DIFFERENT,
    new: password !== '' && folded !== email.toLowerCase() && password !== oldPassword,
  };
}

export type PasswordStrength = 'weak' | 'fair' | 'good' | 'strong';

/**
 * A rough word for how long guessing takes: bits by the alphabet used, where a character that repeats its
 * neighbour or follows it in order adds next to nothing. No rule depends on it.
 */
export function passwordStrength(password: string): PasswordStrength {
  const characters = Array.from(password);
  const surprising = characters.filter((character, index) => {
    const step = (character.codePointAt(0) ?? 0) - (characters[index - 1]?.codePointAt(0) ?? -99);
    return Math.abs(step) > 1;
  });
  const distinct = new Set(surprising).size;
  const bits = Math.min(surprising.length, distinct * 2) * Math.log2(alphabetSize(password));
  if (bits < 50) return 'weak';
  if (bits < 66) return 'fair';
  return bits < 90 ? 'good' : 'strong';
}

function alphabetSize(password: string): number {
  const classes: readonly [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/, 33],
    [/[^\x20-\x7e]/, 100],
  ];
  const size = classes.reduce((sum, [pattern, count]) => sum + (pattern.test(password) ? count : 0), 0);
  return Math.max(size, 2);
}
