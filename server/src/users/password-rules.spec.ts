import { describe, expect, it } from '@jest/globals';
import { passwordProblem } from './password-rules.js';

const OWNER = { email: 'Somebody@example.com' };

describe('a new password', () => {
  it.each([
    'correct horse battery staple',
    'xK9#mQ2$vL5!',
    'ein langer satz mit ümläuten',
    '密码密码长长的密码一二三四',
  ])('may be %s', (password) => {
    expect(passwordProblem(password, OWNER)).toBeNull();
  });

  it.each([
    ['short', /12 characters/],
    ['Password1234', /common/],
    ['CorrectHorseBatteryStaple', /common/],
    ['abababababababab', /different characters/],
    ['somebody@example.com', /e-mail/],
  ])('may not be %s', (password, problem) => {
    expect(passwordProblem(password, OWNER)).toMatch(problem);
  });
});
