import { describe, expect, it } from '@jest/globals';
import { SessionAffinity, sessionIdOf } from './session-affinity.js';
import type { RoutableProvider } from './routable-provider.js';

const HOUR_MS = 3_600_000;

const target = (id: number, model: string) => ({
  provider: { id, name: `p${id}` } as RoutableProvider & { id: number }, // what affinity reads of one
  model,
  tier: 'middle',
});
const TARGETS = [target(1, 'a'), target(1, 'b'), target(2, 'a')];

describe('session affinity', () => {
  it('puts the target that answered the session in front, and leaves the others in their order', () => {
    const affinity = new SessionAffinity();
    affinity.keep('s', target(2, 'a'), 0);
    expect(affinity.prefer('s', TARGETS, 1)).toEqual([TARGETS[2], TARGETS[0], TARGETS[1]]);
    expect(affinity.prefer('other', TARGETS, 1)).toBe(TARGETS);
  });

  it('goes along when another target answers', () => {
    const affinity = new SessionAffinity();
    affinity.keep('s', target(2, 'a'), 0);
    affinity.keep('s', target(1, 'b'), 1);
    expect(affinity.prefer('s', TARGETS, 2)[0]).toEqual(TARGETS[1]);
  });

  it('forgets a session after an hour without use, and a target that is no longer there does no harm', () => {
    const affinity = new SessionAffinity();
    affinity.keep('s', target(9, 'a'), 0);
    expect(affinity.prefer('s', TARGETS, HOUR_MS)).toBe(TARGETS);
    affinity.keep('t', target(2, 'a'), 0);
    expect(affinity.prefer('t', TARGETS, HOUR_MS + 1)).toBe(TARGETS);
    expect(affinity.size).toBe(1);
  });

  it('keeps a bounded number of sessions, those used last', () => {
    const affinity = new SessionAffinity(2);
    affinity.keep('a', target(2, 'a'), 0);
    affinity.keep('b', target(2, 'a'), 1);
    affinity.keep('a', target(2, 'a'), 2);
    affinity.keep('c', target(2, 'a'), 3);
    expect(affinity.size).toBe(2);
    expect(affinity.prefer('a', TARGETS, 4)[0]).toEqual(TARGETS[2]);
    expect(affinity.prefer('b', TARGETS, 4)).toBe(TARGETS);
  });

  it('tells when a session begins and when it goes elsewhere, and once in ten minutes that it stays', () => {
    const affinity = new SessionAffinity();
    const news: string[] = [];
    affinity.onNews = ({ key, providerId, model }) => news.push(`${key} ${providerId}/${model}`);
    affinity.keep('s', target(1, 'a'), 0);
    affinity.keep('s', target(1, 'a'), 599_999);
    expect(news).toEqual(['s 1/a']);
    affinity.keep('s', target(1, 'a'), 600_000);
    affinity.keep('s', target(2, 'a'), 600_001);
    expect(news).toEqual(['s 1/a', 's 1/a', 's 2/a']);
  });

  it('takes in what another replica tells, and does not tell it again', () => {
    const affinity = new SessionAffinity();
    const news: unknown[] = [];
    affinity.onNews = (told) => news.push(told);
    affinity.learn({ key: 's', providerId: 2, model: 'a' }, 0);
    expect(affinity.prefer('s', TARGETS, 1)[0]).toEqual(TARGETS[2]);
    affinity.keep('s', target(2, 'a'), 2);
    expect(news).toEqual([]);
  });

  it.each([
    ['header-id', undefined, 'header-id'],
    ['header-id', '{"session_id":"x"}', 'header-id'],
    [undefined, '{"device_id":"d","session_id":"x"}', 'x'],
    [undefined, 'user_abc_account__session_x', null],
    [undefined, '{broken', null],
    [undefined, '{"session_id":7}', null],
    [undefined, 'null', null],
    [undefined, undefined, null],
    ['x'.repeat(300), undefined, null],
  ])('finds in the header %p and the user id %p the session %p', (header, userId, expected) => {
    expect(sessionIdOf(header, userId)).toBe(expected);
  });
});
