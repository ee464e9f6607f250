import type { IncomingHttpHeaders } from 'node:http';
import type { CountTokensRequest } from '@ccs/wire';

/** One `POST /v1/messages/count_tokens`. */
export interface CountCall {
  readonly request: CountTokensRequest;
  /** The bytes the client sent, decoded. */
  readonly rawBody: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** Query of the client's URL without `?`, or ''. */
  readonly query: string;
}
