import type { CountTokensRequest } from '@ccs/wire';
import { collectTokenInput, type TokenInput } from './token-input.js';

/** How many tokens a text is. */
export type CountText = (text: string) => number;

/** The tokens of a request with a given tokenizer (specification C1), before any factor of the model. */
export function countTokens(request: CountTokensRequest, countText: CountText): number {
  return sumTokens(collectTokenInput(request), countText);
}

export function sumTokens(input: TokenInput, countText: CountText): number {
  return input.texts.reduce((sum, text) => sum + countText(text), input.fixedTokens);
}
