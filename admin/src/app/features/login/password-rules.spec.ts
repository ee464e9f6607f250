import { MIN_PASSWORD_LENGTH } from '@ccs/dto';
import { PASSWORD_MIN_LENGTH, checkPassword, passwordStrength } from './password-rules';

const EMAIL = 'ana@example.com';
const MET = { longEnough: true, varied: true, new: true };

describe('checkPassword', () => {
  it.each([
    { password: '', expected: { longEnough: false, varied: false, new: false } },
    { password: 'short', expected: { ...MET, longEnough: false } },
    { password: 'aaaaaaaaaaAA', expected: { ...MET, varied: false } },
    { password: 'ANA@example.com', expected: { ...MET, new: false } },
    { password: 'the old password', expected: { ...MET, new: false } },
    { password: 'correct horse', expected: MET },
    { password: '🐎🐎🐎🐎🐎🐎', expected: { longEnough: false, varied: false, new: true } },
  ])('finds $expected for "$password"', ({ password, expected }) => {
    expect(checkPassword(password, EMAIL, 'the old password')).toEqual(expected);
  });

  it('wants the length that the server wants', () => {
    expect(PASSWORD_MIN_LENGTH).toBe(MIN_PASSWORD_LENGTH);
  });
});

describe('passwordStrength', () => {
  it.each([
    { password: 'abcdefghijklmnop', expected: 'weak' },
    { password: 'aaaaaaaaaaaaaaaaaaaa', expected: 'weak' },
    { password: '111122223333', expected: 'weak' },
    { password: 'horse battery', expected: 'fair' },
    { password: 'k7Qm2vX9rTb4', expected: 'good' },
    { password: 'correct horse battery staple', expected: 'strong' },
  ])('calls "$password" $expected', ({ password, expected }) => {
    expect(passwordStrength(password)).toBe(expected);
  });
});
