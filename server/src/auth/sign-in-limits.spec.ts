import { describe, expect, it } from '@jest/globals';
import { signInLimits } from './sign-in-limits.js';

const keysOf = (email: string, address: string): string[] =>
  signInLimits(email, address).map(({ key }) => key.toString('hex'));

describe('what failed sign-ins are counted for', () => {
  it.each([
    ['two hosts of a /24', '10.0.0.1', '10.0.0.254', true],
    ['hosts of two /24', '10.0.0.1', '10.0.1.1', false],
    ['two hosts of a /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', true],
    ['hosts of two /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['an IPv4 address in both spellings', '10.0.0.1', '::ffff:10.0.0.1', true],
    ['two things that are no addresses', 'unix', 'unknown', false],
  ])('%s are one place: %s and %s, %s', (_, one, other, same) => {
    const [, place] = keysOf('a@x', one);
    const [, otherPlace] = keysOf('a@x', other);
    expect(place === otherPlace).toBe(same);
  });

  it('keeps accounts and places apart, and tells neither', () => {
    const [both, place, account] = keysOf('a@x', '10.0.0.1');
    expect(new Set([both, place, account]).size).toBe(3);
    expect(keysOf('b@x', '10.0.0.1')[1]).toBe(place);
    expect(keysOf('a@x', '10.9.0.1')[2]).toBe(account);
    expect(keysOf('b@x', '10.0.0.1')[0]).not.toBe(both);
  });
});
