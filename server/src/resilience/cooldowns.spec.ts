import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cooldowns } from './cooldowns.js';

const HOUR_MS = 3_600_000;

describe('cooldowns', () => {
  it('follow the hint of a 429, of that model only', () => {
    const cooldowns = new Cooldowns();
    cooldowns.throttled('a', 2, 1_000);
    expect(cooldowns.of('a', 2_999)).toMatchObject({ reason: 'throttled', until: 3_000 });
    expect(cooldowns.of('a', 3_000)).toBeNull();
    expect(cooldowns.of('b', 1_000)).toBeNull();
  });

  it.each([
    [undefined, 15_000],
    [86_400, 60_000],
    [-5, 15_000],
    [Number.NaN, 15_000],
    [Infinity, 15_000],
  ])('make of a hint of %p seconds a pause of %i ms', (hint, expected) => {
    const cooldowns = new Cooldowns();
    cooldowns.throttled('a', hint, 0);
    expect(cooldowns.of('a', 0)?.until).toBe(expected);
  });

  it('are none where the provider wants none', () => {
    const cooldowns = new Cooldowns();
    cooldowns.throttled('a', 0, 5);
    expect(cooldowns.of('a', 5)).toBeNull();
  });

  it('grow while nothing is heard but refusals, and are forgotten with an answer', () => {
    const cooldowns = new Cooldowns();
    let now = 0;
    const pause = (): number => {
      cooldowns.throttled('a', undefined, now);
      const until = cooldowns.of('a', now)?.until ?? 0;
      const length = until - now;
      now = until;
      return length;
    };
    expect([pause(), pause(), pause(), pause()]).toEqual([15_000, 30_000, 60_000, 60_000]);
    cooldowns.answered('a');
    expect(pause()).toBe(15_000);
  });

  it('are not lengthened by calls that were on their way when they began', () => {
    const cooldowns = new Cooldowns();
    for (let i = 0; i < 20; i++) cooldowns.throttled('a', undefined, i);
    expect(cooldowns.of('a', 20)?.until).toBe(15_000);
    for (let i = 0; i < 20; i++) cooldowns.quotaSpent(i);
    expect(cooldowns.of('b', 20)?.until).toBe(300_000);
  });

  it('cool the credential after two refusals in a row from different calls, longer each time', () => {
    const cooldowns = new Cooldowns();
    expect(cooldowns.refused('call-1', 0)).toBe(false);
    expect(cooldowns.refused('call-1', 0)).toBe(false);
    expect(cooldowns.of('a', 0)).toBeNull();
    expect(cooldowns.refused('call-2', 0)).toBe(true);
    expect(cooldowns.of('a', 0)).toMatchObject({ reason: 'refused', until: 60_000 });
    expect(cooldowns.refused('call-3', 60_000)).toBe(true);
    expect(cooldowns.of('a', 60_000)?.until).toBe(180_000);
  });

  it('take an answer between two refusals for a good credential', () => {
    const cooldowns = new Cooldowns();
    cooldowns.refused('call-1', 0);
    cooldowns.answered('a');
    expect(cooldowns.refused('call-2', 0)).toBe(false);
  });

  it('say of two what ails the credential, until both are over', () => {
    const cooldowns = new Cooldowns();
    cooldowns.missing('a', 0);
    cooldowns.refused('call 1', 0);
    cooldowns.refused('call 2', 0);
    expect(cooldowns.of('a', 1)).toMatchObject({ reason: 'refused', until: 300_000 });
    expect(cooldowns.of('a', 60_000)).toMatchObject({ reason: 'missing', until: 300_000 });
  });

  it('keep an overloaded provider in reserve for half a minute', () => {
    const cooldowns = new Cooldowns();
    cooldowns.overloaded(0);
    expect([cooldowns.share(29_999), cooldowns.share(30_000)]).toEqual([0.3, 1]);
  });

  it('are never negative, endless or NaN', () => {
    const hint = fc.oneof(fc.double(), fc.constant(undefined));
    const kind = fc.constantFrom(
      'throttled',
      'forbidden',
      'missing',
      'quota',
      'refused',
      'overloaded',
      'answered',
    );
    const events = fc.array(fc.record({ kind, hint, gap: fc.integer({ min: 0, max: HOUR_MS }) }));
    fc.assert(
      fc.property(events, (all) => {
        const cooldowns = new Cooldowns();
        let now = 0;
        for (const [index, { kind: what, hint: seconds, gap }] of all.entries()) {
          now += gap;
          if (what === 'throttled') cooldowns.throttled('a', seconds, now);
          if (what === 'forbidden') cooldowns.forbidden('a', now);
          if (what === 'missing') cooldowns.missing('a', now);
          if (what === 'quota') cooldowns.quotaSpent(now);
          if (what === 'refused') cooldowns.refused(String(index), now);
          if (what === 'overloaded') cooldowns.overloaded(now);
          if (what === 'answered') cooldowns.answered('a');
          const until = cooldowns.of('a', now)?.until ?? now + 1;
          expect(until > now && until - now <= HOUR_MS).toBe(true);
          expect(cooldowns.of('a', now + HOUR_MS)).toBeNull();
        }
      }),
    );
  });
});
