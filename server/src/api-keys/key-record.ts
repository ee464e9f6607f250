import type { Principal } from '../auth/principal.js';

/** Why a key that is, or was, one of ours opens nothing. `rotated`: it has a new secret, this was the former. */
export type KeyRefusal = 'deleted' | 'disabled' | 'expired' | 'rotated' | 'owner_disabled';

/** Whether a text is one of our keys, and what it opens. */
export type KeyStanding =
  | { readonly known: false }
  | { readonly known: true; readonly principal: Principal; readonly refusal: null }
  | { readonly known: true; readonly principal: null; readonly refusal: KeyRefusal };

/** A key with its owner as the store has them; the clock decides the rest. */
export interface KeyRecord {
  readonly standing: Extract<KeyStanding, { known: true }>;
  /** Milliseconds since the epoch; Infinity: never. */
  readonly expiresAtMs: number;
  readonly expiredAs: 'expired' | 'rotated';
}
