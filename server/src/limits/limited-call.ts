import type { MessagesRequest, Usage } from '@ccs/wire';
import type { Principal } from '../auth/principal.js';

/** What admission looks at of a call. */
export interface LimitedCall {
  /** `req_` and a UUIDv7. */
  readonly id: string;
  readonly principal: Principal;
  readonly request: { readonly model: string; readonly sizeBytes: number; readonly parsed: MessagesRequest };
}

/** What settlement looks at of an attempt. */
export interface SpentAttempt {
  readonly provider: string;
  readonly providerId: number;
  readonly model: string;
  readonly outcome: 'answered' | 'empty' | 'client_gone' | 'failed';
  /** Null: nothing is known. */
  readonly usage: Usage | null;
}
