import { describe, expect, it } from '@jest/globals';
import { LoginThrottle } from './login-throttle.js';

const fail = (throttle: LoginThrottle, times: number, email: string, address: string, nowMs = 0) => {
  for (let count = 0; count < times; count += 1) throttle.recordFailure(email, address, nowMs);
};

describe('the login throttle', () => {
  it.each([
    [9, 0], [10, 1], [11, 2], [12, 4], [15, 32], [40, 900],
  ])('after %i failures in a row of one account at one address: %i s', (failures, seconds) => {
    const throttle = new LoginThrottle();
    fail(throttle, failures, 'a@x', '10.0.0.1');
    expect(throttle.waitSeconds('a@x', '10.0.0.1', 0)).toBe(seconds);
    expect(throttle.waitSeconds('b@x', '10.0.0.1', 0)).toBe(0);
    expect(throttle.waitSeconds('a@x', '10.0.0.2', 0)).toBe(0);
  }); // prettier-ignore

  it('slows an address that tries many accounts', () => {
    const throttle = new LoginThrottle();
    for (let count = 0; count < 50; count += 1) throttle.recordFailure(`u${count}@x`, '10.0.0.1', 0);
    expect(throttle.waitSeconds('new@x', '10.0.0.1', 0)).toBe(1);
    expect(throttle.waitSeconds('new@x', '10.0.0.2', 0)).toBe(0);
  });

  it('slows an account that is tried from many addresses', () => {
    const throttle = new LoginThrottle();
    for (let count = 0; count < 100; count += 1) throttle.recordFailure('a@x', `10.0.1.${count}`, 0);
    expect(throttle.waitSeconds('a@x', '10.9.9.9', 0)).toBe(1);
  });

  it('takes a /64 of IPv6 for one address', () => {
    const throttle = new LoginThrottle();
    fail(throttle, 10, 'a@x', '2001:db8:1:2::1');
    expect(throttle.waitSeconds('a@x', '2001:db8:1:2:ffff:1:2:3', 0)).toBe(1);
    expect(throttle.waitSeconds('a@x', '2001:db8:1:3::1', 0)).toBe(0);
    expect(throttle.waitSeconds('a@x', '::ffff:10.0.0.1', 0)).toBe(0);
  });

  it('forgets after a quarter of an hour, and after a success', () => {
    const throttle = new LoginThrottle();
    fail(throttle, 10, 'a@x', '10.0.0.1');
    expect(throttle.waitSeconds('a@x', '10.0.0.1', 900)).toBe(1);
    expect(throttle.waitSeconds('a@x', '10.0.0.1', 1_000)).toBe(0);
    fail(throttle, 1, 'a@x', '10.0.0.1', 15 * 60_000 + 1);
    expect(throttle.waitSeconds('a@x', '10.0.0.1', 15 * 60_000 + 1)).toBe(0);
    fail(throttle, 20, 'a@x', '10.0.0.1', 15 * 60_000 + 1);
    throttle.recordSuccess('a@x', '10.0.0.1');
    expect(throttle.waitSeconds('a@x', '10.0.0.1', 15 * 60_000 + 1)).toBe(0);
  });
});
