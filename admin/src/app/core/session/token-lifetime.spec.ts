import { tokenLifetimeMs } from './token-lifetime';

const token = (payload: string): string => `eyJ.${btoa(payload).replaceAll('=', '')}.x`;

describe('tokenLifetimeMs', () => {
  it.each([
    { text: token('{"iat":1000,"exp":1900}'), expected: 900_000 },
    { text: token('{"iat":1000,"exp":1900,"sub":"ÿþ?>"}'), expected: 900_000 },
    { text: token('{"iat":1000}'), expected: null },
    { text: token('{"iat":1000,"exp":900}'), expected: null },
    { text: token('[]'), expected: null },
    { text: 'no token', expected: null },
    { text: '', expected: null },
  ])('is $expected for $text', ({ text, expected }) => {
    expect(tokenLifetimeMs(text)).toBe(expected);
  });
});
