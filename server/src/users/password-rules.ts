import { MIN_PASSWORD_LENGTH } from '@ccs/dto';

/** Long enough to pass the length rule and on every list of leaked passwords. */
const COMMON = new Set(
  (
    'password1234 password12345 passwordpassword 123456789012 1234567890123 12345678901234 123456789abc ' +
    'qwertyuiop12 qwertyuiop123 qwertyuiopasdf qwertyuiopasdfghjkl 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv ' +
    'zaq12wsxcde3 q1w2e3r4t5y6 abcdefghijkl abcd1234efgh iloveyou1234 letmein12345 welcome12345 admin1234567 ' +
    'administrator administrator1 changeme1234 changeme12345 trustno1trustno1 superman1234 football1234 ' +
    'baseball1234 sunshine1234 princess1234 correcthorsebatterystaple unknown12345 p@ssw0rd1234 passw0rd1234 ' +
    'qwerty123456 asdfghjkl123 zxcvbnm12345 monkey123456 dragon123456 master123456 111111111111 000000000000'
  ).split(' '),
);

const MIN_DIFFERENT_CHARACTERS = 5;

/** What is wrong with a password somebody wants to have, in words; null: nothing. */
export function passwordProblem(password: string, owner: { readonly email: string }): string | null {
  if ([...password].length < MIN_PASSWORD_LENGTH)
    return `must have at least ${MIN_PASSWORD_LENGTH} characters`;
  const folded = password.toLowerCase();
  if (COMMON.has(folded)) return 'is one of the most common passwords';
  if (new Set(folded).size < MIN_DIFFERENT_CHARACTERS) {
    return `must have at least ${MIN_DIFFERENT_CHARACTERS} different characters`;
  }
  return folded === owner.email.toLowerCase() ? 'must not be the e-mail address' : null;
}
