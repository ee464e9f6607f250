import type { LinkedAccounts } from '@ccs/dto';
import type { LinkedAccount } from './linked-account.repository.js';

/** As answers show them: by whom and since when, never the provider's id of the account. */
export function linkedAccountsView(accounts: readonly LinkedAccount[]): LinkedAccounts {
  const data = accounts.map(({ id, provider, label, createdAt, lastUsedAt }) => ({
    id,
    provider,
    label,
    linked_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
  }));
  return { data, total: data.length };
}
