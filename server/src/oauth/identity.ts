import type { OauthProvider } from '@ccs/dto';

/** An account at a provider, as the provider vouches for it. */
export interface Identity {
  readonly provider: OauthProvider;
  /** With `subject` the only thing an account is known by (OpenID Connect Core, section 5.7). */
  readonly issuer: string;
  readonly subject: string;
  /** Lower-case; null: none, or none that the provider says is verified. */
  readonly email: string | null;
  readonly name: string | null;
  /** For people, to tell accounts apart; proves nothing. */
  readonly label: string | null;
  /** Null: the provider says nothing about roles. */
  readonly roles: readonly string[] | null;
}

const MAX_SUBJECT_LENGTH = 255;
const MAX_EMAIL_LENGTH = 320;
const MAX_WORDS_LENGTH = 100;

/** What a strategy found out, unchecked. */
export interface ClaimedIdentity {
  readonly provider: OauthProvider;
  readonly issuer: string;
  readonly subject: unknown;
  readonly email: unknown;
  /** Anything but `true` means no (`"true"` was an attack: Nhost GHSA-6g38-8j4p-j3pr). */
  readonly emailVerified: unknown;
  readonly name: unknown;
  /** Best first; the first text is taken. */
  readonly labels: readonly unknown[];
  readonly roles: readonly string[] | null;
}

/** Throws `TypeError` when there is no subject: two accounts without one would be the same. */
export function identityOf(claimed: ClaimedIdentity): Identity {
  const { provider, issuer, subject, roles } = claimed;
  // To the letter: ' ana' is somebody else than 'ana'.
  if (text(subject, MAX_SUBJECT_LENGTH) === null || typeof subject !== 'string') {
    throw new TypeError('The provider did not say which account it is');
  }
  const email = text(claimed.email, MAX_EMAIL_LENGTH)?.toLowerCase() ?? null;
  return Object.freeze({
    provider,
    issuer,
    subject,
    email: claimed.emailVerified === true && email?.includes('@') === true ? email : null,
    name: text(claimed.name, Infinity)?.slice(0, MAX_WORDS_LENGTH) ?? null,
    label:
      claimed.labels
        .map((label) => text(label, Infinity))
        .find((label) => label !== null)
        ?.slice(0, MAX_WORDS_LENGTH) ?? null,
    roles,
  });
}

function text(value: unknown, maxLength: number): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return trimmed === '' || trimmed.length > maxLength ? null : trimmed;
}
