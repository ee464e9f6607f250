import type { IncomingHttpHeaders } from 'node:http';
import type { LossCode } from '../converters/loss.js';

const MAX_LENGTH = 1024;

/**
 * `x-ccs-loss` for a caller that asked with `x-ccs-explain: 1`; no header where nothing was lost. Codes that
 * no longer fit are left out whole.
 */
export function lossHeader(
  requestHeaders: IncomingHttpHeaders,
  losses: readonly LossCode[],
): { readonly 'x-ccs-loss'?: string } {
  if (losses.length === 0 || requestHeaders['x-ccs-explain'] !== '1') return {};
  let value = losses.join(',');
  if (value.length > MAX_LENGTH) value = value.slice(0, value.lastIndexOf(',', MAX_LENGTH));
  return { 'x-ccs-loss': value };
}
