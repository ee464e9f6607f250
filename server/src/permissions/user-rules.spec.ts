import { describe, expect, it } from '@jest/globals';
import type { Permission } from '@ccs/dto';
import { checkMayGrant, checkMayManage, checkNotSelf, type Standing } from './user-rules.js';

const someone = (userId: number, permissions: readonly Permission[], isAdmin = false): Standing => ({
  userId,
  isAdmin,
  permissions: new Set(permissions),
});

describe('rules between users', () => {
  const manager = someone(1, ['users', 'chat']);
  const admin = someone(2, [], true);

  it.each([
    ['an administrator, an administrator', admin, someone(3, [], true), true],
    ['a manager, an administrator', manager, admin, false],
    ['a manager, somebody with less', manager, someone(3, ['chat']), true],
    ['a manager, an equal', manager, someone(3, ['users', 'chat']), true],
    ['a manager, somebody with a permission he lacks', manager, someone(3, ['stats']), false],
    ['a manager, himself', manager, manager, true],
  ] as const)('%s: may manage', (_, caller, target, allowed) => {
    const check = expect(() => checkMayManage(caller, target));
    if (allowed) check.not.toThrow();
    else check.toThrow(expect.objectContaining({ status: 403 }));
  });

  it.each([
    ['what he has', manager, { isAdmin: false, permissions: ['chat'] as const }, true],
    ['what he lacks', manager, { isAdmin: false, permissions: ['stats'] as const }, false],
    ['administration', manager, { isAdmin: true, permissions: [] }, false],
    ['anything, as an administrator', admin, { isAdmin: true, permissions: ['stats'] as const }, true],
  ] as const)('grants %s', (_, caller, grant, allowed) => {
    const check = expect(() => checkMayGrant(caller, grant));
    if (allowed) check.not.toThrow();
    else check.toThrow(expect.objectContaining({ status: 403 }));
  });

  it('keeps everybody from doing it to himself, administrators too', () => {
    expect(() => checkNotSelf(admin, admin, 'disable')).toThrow('You cannot disable yourself');
    expect(() => checkNotSelf(admin, manager, 'disable')).not.toThrow();
  });
});
