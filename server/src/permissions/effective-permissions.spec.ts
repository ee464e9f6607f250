import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PERMISSIONS, effectivePermissions } from './effective-permissions.js';

describe('what a user may do', () => {
  it('is everything for administrators, whatever was granted', () => {
    expect(effectivePermissions({ isAdmin: true, permissions: [] }).size).toBe(9);
  });

  it('is what was granted for others; unknown words grant nothing', () => {
    const granted = effectivePermissions({ isAdmin: false, permissions: ['stats', 'chat', 'root', '*'] });
    expect([...granted].sort()).toEqual(['chat', 'stats']);
  });

  it('is chat, conversations and preferences for a new user', () => {
    expect(DEFAULT_PERMISSIONS).toEqual(['chat', 'conversations', 'preferences']);
  });
});
