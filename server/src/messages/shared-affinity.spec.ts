import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionAffinity } from '../routing/session-affinity.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { Hints, type HintTopic } from '../shared-state/hints.js';
import { SharedAffinity } from './shared-affinity.js';

/** Replicas in one room. */
class Room {
  readonly #members: RoomHints[] = [];
  readonly sent: string[] = [];

  join(): RoomHints {
    const member = new RoomHints(this);
    this.#members.push(member);
    return member;
  }

  tell(from: RoomHints | null, message: string): void {
    this.sent.push(message);
    for (const member of this.#members) if (member !== from) member.hear(message);
  }
}

class RoomHints extends Hints {
  hear: (message: string) => void = () => undefined;

  constructor(private readonly room: Room) {
    super();
  }
  send(_topic: HintTopic, message: string): void {
    this.room.tell(this, message);
  }
  subscribe(_topic: HintTopic, listener: (message: string) => void): void {
    this.hear = listener;
  }
}

const target = (id: number) => ({
  provider: { id, name: `p${id}` } as CatalogProvider, // what affinity reads of one
  model: 'm',
  tier: 'middle',
});
const TARGETS = [target(1), target(2)];

describe('affinity that replicas share', () => {
  let room: Room;
  const replicas: SharedAffinity[] = [];
  const replica = (): SessionAffinity => {
    const affinity = new SessionAffinity();
    replicas.push(new SharedAffinity(affinity, room.join(), () => 0));
    return affinity;
  };
  beforeEach(() => {
    jest.useFakeTimers();
    room = new Room();
  });
  afterEach(() => {
    for (const each of replicas.splice(0)) each.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('is known to the others a moment later, and told once', () => {
    const [one, two] = [replica(), replica()];
    one.keep('s', target(2), 0);
    one.keep('s', target(2), 1);
    jest.advanceTimersByTime(100);
    expect(two.prefer('s', TARGETS, 1)[0]).toBe(TARGETS[1]);
    two.keep('s', target(2), 2);
    jest.advanceTimersByTime(1_000);
    expect(room.sent).toEqual(['[["s",2,"m"]]']);
  });

  it.each(['', 'nothing', '{}', '[1]', '[["s","2","m"]]', '[null]'])(
    'is not disturbed by the message %p',
    (message) => {
      const one = replica();
      room.tell(null, message);
      expect(one.size).toBe(0);
    },
  );
});
