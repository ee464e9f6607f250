import { describe, expect, it } from '@jest/globals';
import { identityOfClaims } from './oidc-claims.js';

const TOKEN = { iss: 'https://sso.example.com', sub: 'ana' };
const EMAIL = 'Ana@Example.com';

const identity = (
  claims: object,
  userInfo: Record<string, unknown> = {},
  rolesClaim = 'roles',
  provider: 'oidc' | 'microsoft' = 'oidc',
) => identityOfClaims(provider, { ...TOKEN, ...claims }, userInfo, rolesClaim);

describe('who claims say it is', () => {
  it('is known by issuer and subject of the token', () => {
    const claims = { email: EMAIL, email_verified: true, name: ' Ana Lima ', preferred_username: 'ana' };
    expect(identity(claims, { sub: 'ana', iss: 'https://evil.example' })).toEqual({
      provider: 'oidc',
      issuer: TOKEN.iss,
      subject: 'ana',
      email: 'ana@example.com',
      name: 'Ana Lima',
      label: EMAIL,
      roles: null,
    });
  });

  it.each([false, 'true', 1, undefined, null, {}])(
    'has no address while email_verified is %j',
    (verified) => {
      expect(identity({ email: EMAIL, email_verified: verified }).email).toBeNull();
    },
  );

  it('takes an address and the word for it from one place', () => {
    const userInfo = { email: 'admin@example.com', email_verified: false };
    expect(identity({ email_verified: true }, userInfo).email).toBeNull();
    expect(identity({ email: EMAIL }, { email_verified: true }).email).toBeNull();
    expect(identity({}, { ...userInfo, email_verified: true }).email).toBe('admin@example.com');
  });

  it("believes Microsoft's word for the domain alone", () => {
    const of = (claims: object) => identity({ email: EMAIL, ...claims }, {}, 'roles', 'microsoft').email;
    expect([of({ xms_edov: true }), of({ xms_edov: '1' })]).toEqual(['ana@example.com', 'ana@example.com']);
    expect([of({ email_verified: true }), of({ xms_edov: '0' }), of({ xms_edov: false })]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it.each<[string, object, string, readonly string[] | null]>([
    ['a list', { roles: ['a', 'b'] }, 'roles', ['a', 'b']],
    ['one text', { roles: 'a' }, 'roles', ['a']],
    ['an empty list', { roles: [] }, 'roles', []],
    ['a list within', { realm_access: { roles: ['a'] } }, 'realm_access.roles', ['a']],
    ['a name with dots', { 'https://example.com/roles': ['a'] }, 'https://example.com/roles', ['a']],
    ['nothing', {}, 'roles', null],
    ['something else', { roles: { a: true } }, 'roles', null],
    ['a list of something else', { roles: ['a', 1] }, 'roles', null],
    ['what every object has', {}, 'constructor.name', null],
  ])('finds roles in %s', (_, claims, path, roles) => {
    expect(identity(claims, {}, path).roles).toEqual(roles);
  });

  it('asks userinfo for roles the token does not have', () => {
    expect(identity({}, { roles: ['a'] }).roles).toEqual(['a']);
  });

  it('is nobody without a subject', () => {
    expect(() => identity({ sub: ' ' })).toThrow('did not say which account');
  });
});
