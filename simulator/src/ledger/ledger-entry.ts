import type { IncomingHttpHeaders } from 'node:http';
import type { Route } from '../calls/route.js';
import type { ScriptedUsage } from '../scripts/script.js';

/** `open` while the answer is under way; `cut` by script; `aborted` by the peer. */
export type Outcome = 'open' | 'completed' | 'aborted' | 'cut';

/** One request and what was answered. Secrets stay as they came. */
export interface LedgerEntry {
  readonly seq: number;
  /** RFC 3339, when the headers had arrived. */
  readonly time: string;
  readonly provider: string;
  readonly dialect: Route['dialect'];
  readonly endpoint: Route['target'];
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Which connection (1, 2, …) and the how-manieth request on it. */
  readonly connection: { readonly id: number; readonly request: number };
  readonly bodyBytes: number;
  readonly bodyText: string;
  /** The body as JSON; `undefined` if it is none. */
  readonly body: unknown;
  /** Name of the script that answered; `null` for nameless ones and the built-in assistant. */
  readonly script: string | null;
  readonly sent: SentAnswer;
}

/** Times are milliseconds since the request's headers had arrived. */
export interface SentAnswer {
  readonly status: number | null;
  readonly bodyBytes: number;
  readonly frames: number;
  readonly usage: ScriptedUsage | null;
  readonly outcome: Outcome;
  readonly headersAtMs: number | null;
  readonly firstByteAtMs: number | null;
  readonly endedAtMs: number | null;
}
