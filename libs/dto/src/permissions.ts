/** The nine permissions, one table for server and portal. `onByDefault`: new users have it. */
export const PERMISSIONS = [
  { code: 'chat', category: 'feature', onByDefault: true },
  { code: 'conversations', category: 'feature', onByDefault: true },
  { code: 'preferences', category: 'feature', onByDefault: true },
  { code: 'providers', category: 'admin', onByDefault: false },
  { code: 'api_keys', category: 'admin', onByDefault: false },
  { code: 'stats', category: 'admin', onByDefault: false },
  { code: 'health', category: 'admin', onByDefault: false },
  { code: 'config', category: 'admin', onByDefault: false },
  { code: 'users', category: 'admin', onByDefault: false },
] as const satisfies readonly { code: string; category: 'feature' | 'admin'; onByDefault: boolean }[];

export type Permission = (typeof PERMISSIONS)[number]['code'];
