import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { MAX_PASSWORD_LENGTH } from './auth.js';
import { OptionalField } from './optional-field.js';

/** Who else can vouch for a user, in the order of the buttons. */
export const OAUTH_PROVIDERS = ['github', 'google', 'microsoft', 'feishu', 'oidc'] as const;
export type OauthProvider = (typeof OAUTH_PROVIDERS)[number];

/** Why a sign-in by a provider, or a link to one, came to nothing: `/login?error=` of the portal. */
export const OAUTH_ERRORS = [
  /** The user, or the provider in his name, said no. */
  'cancelled',
  /** The answer belongs to no sign-in that this browser began in the last ten minutes, or was used before. */
  'state_invalid',
  /** The provider answered with an error, or with something that proves nothing. */
  'provider_failed',
  'provider_unreachable',
  /** The provider is not configured here. */
  'not_configured',
  'account_disabled',
  /** An administrator set a one-time password: it must be replaced first. */
  'password_change_required',
  /** Nobody here has this account, and new users do not come in this way. */
  'sign_up_closed',
  /** New users need a verified e-mail of an allowed domain. */
  'email_not_allowed',
  /** A user with this e-mail exists: he signs in as before and links the account himself. */
  'email_taken',
  /** The provider does not say that the account has one of the roles this installation asks for. */
  'role_missing',
  /** To be linked: the session that asked for it is over. */
  'link_expired',
  /** To be linked: the account belongs to another user here. */
  'linked_elsewhere',
] as const;
export type OauthError = (typeof OAUTH_ERRORS)[number];

/** A provider that is configured. */
export interface OauthProviderView {
  readonly enabled: true;
  /** Where a sign-in begins: a page of this gateway that leads to the provider. */
  readonly authorization_url: string;
  readonly name: string;
}

export interface OauthProviderList {
  readonly providers: Readonly<Partial<Record<OauthProvider, OauthProviderView>>>;
}

export interface OauthProviderConfig extends OauthProviderView {
  readonly provider: OauthProvider;
  readonly scopes: readonly string[];
}

export class LinkAccountDto {
  @IsIn(OAUTH_PROVIDERS) provider: OauthProvider;
  /**
   * Needed by whoever has a password: a session left open must not become a way in for ever. From others a sign-in
   * less than ten minutes old is asked for.
   */
  @OptionalField() @IsString() @MinLength(1) @MaxLength(MAX_PASSWORD_LENGTH) current_password?: string;
  /** A path of the portal to come back to; it gets `linked=<provider>` or `error=<OauthError>` added. */
  @OptionalField() @IsString() @MaxLength(2000) next?: string;
}

export interface LinkBegun {
  /** To be opened in this browser within a minute. */
  readonly url: string;
}

/** An account at a provider that opens the user's own. */
export interface LinkedAccountView {
  readonly id: number;
  readonly provider: OauthProvider;
  /** Tells accounts of one provider apart: an e-mail, or a name. */
  readonly label: string | null;
  readonly linked_at: string;
  readonly last_used_at: string | null;
}

export interface LinkedAccounts {
  readonly data: readonly LinkedAccountView[];
  readonly total: number;
}
