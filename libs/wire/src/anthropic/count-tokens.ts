import type { MessagesRequest } from './messages-request.js';

/** `POST /v1/messages/count_tokens`: a messages request that needs no `max_tokens`. */
export type CountTokensRequest = Omit<MessagesRequest, 'max_tokens'> & { max_tokens?: number };

export interface CountTokensResponse {
  input_tokens: number;
}
