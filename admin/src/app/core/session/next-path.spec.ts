import { nextPath } from './next-path';

describe('nextPath', () => {
  it.each([
    { wanted: '/providers?tab=models#x', expected: '/providers?tab=models#x' },
    { wanted: '/', expected: '/' },
    { wanted: '/logins', expected: '/logins' },
    { wanted: null, expected: '/' },
    { wanted: undefined, expected: '/' },
    { wanted: '', expected: '/' },
    { wanted: 'providers', expected: '/' },
    { wanted: '//evil.example/x', expected: '/' },
    { wanted: '/\\evil.example', expected: '/' },
    { wanted: 'https://evil.example', expected: '/' },
    { wanted: 'javascript:alert(1)', expected: '/' },
    { wanted: '/login?next=/login', expected: '/' },
    { wanted: '/login', expected: '/' },
  ])('goes to $expected for $wanted', ({ wanted, expected }) => {
    expect(nextPath(wanted)).toBe(expected);
  });
});
