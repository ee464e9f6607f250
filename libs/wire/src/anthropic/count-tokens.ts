import type { MessageParam } from './messages-request.js';

/** `POST /v1/messages/count_tokens`: a messages request that needs no `max_tokens`. */
export interface CountTokensRequest {
  model: string;
  messages: MessageParam[];
  max_tokens?: number;
  [key: string]: unknown;
}

export interface CountTokensResponse {
  input_tokens: number;
}
