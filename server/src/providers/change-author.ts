import { requestPrincipal } from '../auth/request-principal.js';
import type { ChangeAuthor } from './config-change.js';

/** Who sent a request of the admin API. */
export function changeAuthor(request: object, address: string): ChangeAuthor {
  const { userId, email } = requestPrincipal(request);
  return { source: 'api', userId, email, address };
}
