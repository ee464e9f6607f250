import type { Permission } from '@ccs/dto';
import type { CallScope } from '../limits/call-scope.js';
import type { SubjectLimits } from '../limits/subject-limits.js';

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
  /** What the key and its owner may be used for, where that is restricted; every one must allow a call. */
  readonly scopes: readonly CallScope[];
  /** What is counted for the key and for its owner; empty: nothing. */
  readonly limits: readonly SubjectLimits[];
}
