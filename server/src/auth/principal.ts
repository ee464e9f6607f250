import type { Permission } from '@ccs/dto';

/** Who calls: made by a guard, read by everything behind it. Frozen; shared between requests of one key. */
export interface Principal {
  readonly userId: number;
  /** Id of the API key that was used; null for a session. */
  readonly keyId: number | null;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly permissions: ReadonlySet<Permission>;
  /** Of the key: a call that a conversion would change in what the model can do is refused. */
  readonly strict: boolean;
}
