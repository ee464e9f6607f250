import type { IncomingHttpHeaders } from 'node:http';
import type { CountTokensRequest } from '@ccs/wire';
import type { CallScope } from '../limits/call-scope.js';

/** One `POST /v1/messages/count_tokens`. */
export interface CountCall {
  readonly request: CountTokensRequest;
  /** The bytes the client sent, decoded. */
  readonly rawBody: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** What the caller may use; every one must allow a target. */
  readonly scopes: readonly CallScope[];
  /** Query of the client's URL without `?`, or ''. */
  readonly query: string;
}
