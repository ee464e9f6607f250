import { describe, expect, it } from '@jest/globals';
import { commonPasswords } from './common-passwords.js';
import { passwordProblem } from './password-rules.js';

const OWNER = { email: 'Somebody.Else@example.com', name: 'Grace Hopper' };

describe('a new password', () => {
  it.each([
    'correct horse battery staple',
    'xK9#mQ2$vL5!',
    'ein langer satz mit ümläuten',
    '密码密码长长的密码一二三四',
    'somebody reads the news',
    'example of a good one',
    '8431-2207-5563-9918',
  ])('may be %s', async (password) => {
    await expect(passwordProblem(password, OWNER)).resolves.toBeNull();
  });

  it.each([
    ['short', /12 characters/],
    ['Password1234', /product/],
    ['Sunshine2026!', /common/],
    ['!!!Butterfly99', /common/],
    ['dragondragon', /common/],
    ['1qaz2wsx3edc', /common/],
    ['QWERTYUIOP123', /common/],
    ['1234567890123', /common/],
    ['abababababababab', /different characters/],
    ['somebody.else@example.com', /e-mail/],
    ['Somebody.Else123', /e-mail/],
    ['gracehopper2026', /name/],
    ['cc-switch-admin1', /product/],
    ['ClaudePassword1', /product/],
  ])('may not be %s', async (password, problem) => {
    await expect(passwordProblem(password, OWNER)).resolves.toMatch(problem);
  });

  it('is held against a real list', async () => {
    expect((await commonPasswords()).size).toBeGreaterThan(30_000);
  });
});
