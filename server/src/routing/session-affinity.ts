import type { RoutableProvider, Target } from './routable-provider.js';

const IDLE_MS = 3_600_000;
const MAX_SESSIONS = 20_000;
const MAX_ID_LENGTH = 256;

/** How often a session that stays where it is is worth telling. */
const TELL_AGAIN_MS = 600_000;

interface Stay {
  readonly providerId: number;
  readonly model: string;
  usedAt: number;
  toldAt: number;
}

/** A session has a target: for replicas that may get its next call. */
export interface StayNews {
  readonly key: string;
  readonly providerId: number;
  readonly model: string;
}

type Identified = RoutableProvider & { readonly id: number };

/**
 * Who answered a session last: a provider's prompt cache is worth more than a strategy's next choice. A hint only,
 * bounded, forgotten after an hour without use; time is an argument.
 */
export class SessionAffinity {
  /** Least recently used first. */
  readonly #stays = new Map<string, Stay>();

  /** Hears when a session begins, goes elsewhere, or has been where it is for long. */
  onNews: (news: StayNews) => void = () => undefined;

  constructor(private readonly maxSessions = MAX_SESSIONS) {}

  get size(): number {
    return this.#stays.size;
  }

  /** The targets with the session's own in front, if it is among them. */
  prefer<P extends Identified>(
    key: string,
    targets: readonly Target<P>[],
    now: number,
  ): readonly Target<P>[] {
    const stay = this.#stays.get(key);
    if (stay === undefined) return targets;
    if (now - stay.usedAt > IDLE_MS) {
      this.#stays.delete(key);
      return targets;
    }
    const at = targets.findIndex(
      ({ provider, model }) => provider.id === stay.providerId && model === stay.model,
    );
    const own = targets[at];
    if (at <= 0 || own === undefined) return targets;
    return [own, ...targets.slice(0, at), ...targets.slice(at + 1)];
  }

  /** The target has answered the session. */
  keep(key: string, { provider, model }: Target<Identified>, now: number): void {
    const stay = this.#stays.get(key);
    const isSame = stay !== undefined && stay.providerId === provider.id && stay.model === model;
    const isOld = isSame && now - stay.toldAt < TELL_AGAIN_MS;
    this.#put(key, { providerId: provider.id, model, usedAt: now, toldAt: isOld ? stay.toldAt : now });
    if (!isOld) this.onNews({ key, providerId: provider.id, model });
  }

  /** Another replica tells. The last word counts. */
  learn({ key, providerId, model }: StayNews, now: number): void {
    this.#put(key, { providerId, model, usedAt: now, toldAt: now });
  }

  #put(key: string, stay: Stay): void {
    this.#stays.delete(key);
    this.#stays.set(key, stay);
    if (this.#stays.size > this.maxSessions) this.#dropOldest();
  }

  #dropOldest(): void {
    for (const key of this.#stays.keys()) {
      this.#stays.delete(key);
      return;
    }
  }
}

/** What identifies a session: Claude Code's own header, else the `session_id` inside a JSON `metadata.user_id`. */
export function sessionIdOf(header: string | readonly string[] | undefined, userId: unknown): string | null {
  if (typeof header === 'string' && header !== '') return bounded(header);
  if (typeof userId !== 'string' || !userId.startsWith('{') || userId.length > 4096) return null;
  try {
    const parsed = JSON.parse(userId) as { session_id?: unknown } | null;
    const id = parsed?.session_id;
    return typeof id === 'string' && id !== '' ? bounded(id) : null;
  } catch {
    return null;
  }
}

function bounded(id: string): string | null {
  return id.length <= MAX_ID_LENGTH ? id : null;
}
