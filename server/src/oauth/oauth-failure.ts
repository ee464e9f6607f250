import type { OauthError } from '@ccs/dto';
import type { UserAccount } from '../users/user-account.js';

/** A sign-in or a link that came to nothing; the browser is sent back with the code. */
export class OauthFailure extends Error {
  /** Who would have come in. */
  readonly user: UserAccount | null;

  constructor(
    readonly code: OauthError,
    { user = null, ...options }: ErrorOptions & { readonly user?: UserAccount | null } = {},
  ) {
    super(code, options);
    this.name = 'OauthFailure';
    this.user = user;
  }
}

/** Why, for the log: names, codes and statuses, nothing that a provider worded or that holds a credential. */
export function failureCause(error: unknown): object | undefined {
  const cause: unknown = error instanceof OauthFailure ? error.cause : error;
  if (!(cause instanceof Error)) return undefined;
  const inner: unknown = Reflect.get(cause, 'oauthError') ?? cause.cause;
  return {
    name: cause.name,
    ...named(cause, 'code'),
    ...named(cause, 'status'),
    ...(inner === undefined || inner === cause ? {} : { cause: innerCause(inner) }),
  };
}

function innerCause(inner: unknown): unknown {
  if (inner instanceof Error) return failureCause(inner);
  return typeof inner === 'object' && inner !== null ? named(inner, 'statusCode') : undefined;
}

function named(error: object, key: string): object {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' || typeof value === 'number' ? { [key]: value } : {};
}
