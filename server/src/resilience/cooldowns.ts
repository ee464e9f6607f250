/** Why a target is left alone for a while. `throttled`: 429; `quota`: 402; `refused`: 401; `forbidden`: 403; `missing`: 404. */
export type CooldownReason = 'throttled' | 'quota' | 'refused' | 'forbidden' | 'missing';

export interface Cooldown {
  readonly reason: CooldownReason;
  /** By the clock of the caller. */
  readonly until: number;
}

interface Growing extends Cooldown {
  /** How often in a row; lengthens the next one. */
  readonly strikes: number;
}

const THROTTLE_MS = { first: 15_000, max: 60_000 } as const;
const QUOTA_MS = { first: 300_000, max: 3_600_000 } as const;
const REFUSED_MS = { first: 60_000, max: 900_000 } as const;
const FORBIDDEN_MS = 60_000;
const MISSING_MS = 300_000;
const OVERLOAD_MS = 30_000;
/** What an overloaded provider still gets of its calls while others can take them. */
const OVERLOAD_SHARE = 0.3;

/**
 * What is to be left alone at one provider: single models, or its credential, which means all of them. Time is an
 * argument; a hint of the provider's is clamped, and a broken one counts as none.
 */
export class Cooldowns {
  readonly #models = new Map<string, Growing>();
  #credential: Growing | null = null;
  /** The call that last saw a 401; a second call in a row makes it count. */
  #refusedCall: string | null = null;
  #overloadedUntil = 0;

  /** What keeps a call away from the model now: of two, the credential's reason and the later end; null: nothing. */
  of(model: string, now: number): Cooldown | null {
    const credential = this.#credential !== null && this.#credential.until > now ? this.#credential : null;
    if (this.#models.size === 0) return credential;
    const own = this.#models.get(model);
    if (own === undefined || own.until <= now) return credential;
    return credential === null ? own : { ...credential, until: Math.max(credential.until, own.until) };
  }

  /** What is cooling now: models by name, the credential as null. */
  list(now: number): readonly (Cooldown & { readonly model: string | null })[] {
    const all: (Cooldown & { readonly model: string | null })[] = [];
    for (const [model, each] of this.#models) all.push({ ...plain(each), model });
    if (this.#credential !== null) all.push({ ...plain(this.#credential), model: null });
    return all.filter(({ until }) => until > now);
  }

  /** From 0 to 1: the share of calls that should come here first. */
  share(now: number): number {
    return now < this.#overloadedUntil ? OVERLOAD_SHARE : 1;
  }

  /** @param hintSeconds what `retry-after` said */
  throttled(model: string, hintSeconds: number | undefined, now: number): void {
    const before = this.#models.get(model);
    const isCooling = before !== undefined && before.until > now;
    const strikes = before?.reason === 'throttled' ? before.strikes : 0;
    const hint = hintMs(hintSeconds);
    // Calls that were on their way when it began to cool are the same refusal; what they were told still counts.
    if (isCooling && hint === null) return;
    const wait = hint === null ? grown(THROTTLE_MS, strikes) : Math.min(THROTTLE_MS.max, hint);
    this.#models.set(model, {
      reason: 'throttled',
      until: Math.max(isCooling ? before.until : 0, now + wait),
      strikes: isCooling ? strikes : strikes + 1,
    });
  }

  forbidden(model: string, now: number): void {
    this.#models.set(model, { reason: 'forbidden', until: now + FORBIDDEN_MS, strikes: 0 });
  }

  missing(model: string, now: number): void {
    this.#models.set(model, { reason: 'missing', until: now + MISSING_MS, strikes: 0 });
  }

  quotaSpent(now: number): void {
    this.#coolCredential('quota', QUOTA_MS, now);
  }

  /** A 401. One alone may be a whim; two in a row, from different calls, cool the credential. True when it begins. */
  refused(callId: string, now: number): boolean {
    const before = this.#refusedCall;
    this.#refusedCall = callId;
    if (before === null || before === callId) return false;
    return this.#coolCredential('refused', REFUSED_MS, now);
  }

  overloaded(now: number): void {
    this.#overloadedUntil = now + OVERLOAD_MS;
  }

  /** The model has answered: what was counted against it and the credential is forgotten. */
  answered(model: string): void {
    this.#refusedCall = null;
    this.#credential = null;
    if (this.#models.size > 0) this.#models.delete(model);
  }

  #coolCredential(
    reason: CooldownReason,
    length: { readonly first: number; readonly max: number },
    now: number,
  ): boolean {
    const before = this.#credential?.reason === reason ? this.#credential : null;
    // Calls that were on their way when it began to cool are the same refusal, not another one.
    if (before !== null && before.until > now) return false;
    const strikes = before?.strikes ?? 0;
    this.#credential = { reason, until: now + grown(length, strikes), strikes: strikes + 1 };
    return true;
  }
}

function grown({ first, max }: { readonly first: number; readonly max: number }, strikes: number): number {
  return Math.min(max, first * 2 ** Math.min(strikes, 20));
}

function hintMs(seconds: number | undefined): number | null {
  return seconds === undefined || !Number.isFinite(seconds) || seconds < 0 ? null : seconds * 1000;
}

function plain({ reason, until }: Growing): Cooldown {
  return { reason, until };
}
