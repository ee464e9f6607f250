/**
 * The nine permissions, one table for server and portal. `onByDefault`: new users have it. The words are English; the
 * portal has its own for each code.
 */
export const PERMISSIONS = [
  {
    code: 'chat',
    name: 'Chat',
    category: 'feature',
    onByDefault: true,
    description: 'Call models, with a key or from the chat page; make keys for oneself',
  },
  {
    code: 'conversations',
    name: 'Conversations',
    category: 'feature',
    onByDefault: true,
    description: 'Keep and search own conversations',
  },
  {
    code: 'preferences',
    name: 'Preferences',
    category: 'feature',
    onByDefault: true,
    description: 'Keep own settings on the server',
  },
  {
    code: 'providers',
    name: 'Providers',
    category: 'admin',
    onByDefault: false,
    description: 'Add, change, test and remove providers',
  },
  {
    code: 'api_keys',
    name: 'API keys',
    category: 'admin',
    onByDefault: false,
    description: "See and change everybody's API keys",
  },
  {
    code: 'stats',
    name: 'Statistics',
    category: 'admin',
    onByDefault: false,
    description: "See everybody's usage, cost and request log",
  },
  {
    code: 'health',
    name: 'Health',
    category: 'admin',
    onByDefault: false,
    description: 'See and check the health of providers',
  },
  {
    code: 'config',
    name: 'Configuration',
    category: 'admin',
    onByDefault: false,
    description: 'Change routing, prices and other settings; read the audit trail',
  },
  {
    code: 'users',
    name: 'Users',
    category: 'admin',
    onByDefault: false,
    description: 'Add, change and remove users and what they may do',
  },
] as const satisfies readonly {
  code: string;
  name: string;
  category: 'feature' | 'admin';
  onByDefault: boolean;
  description: string;
}[];

export type Permission = (typeof PERMISSIONS)[number]['code'];
