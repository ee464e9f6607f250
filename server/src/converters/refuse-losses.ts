import { GatewayError } from '../errors/gateway-error.js';
import { LOSSES, type Loss, type LossCode } from './loss.js';

/** Longer paths hold names the client made up; the message stays readable without their end. */
const MAX_PATH_LENGTH = 120;

/** A caller who asked for `strict` would get less than he asked for. Nothing was sent upstream. */
export class LossRefusedError extends GatewayError {
  readonly losses: readonly LossCode[];

  /** @param origin who is strict: `provider 'x'`, `this API key` */
  constructor(losses: readonly Loss[], origin: string) {
    super(
      'invalid_request',
      `The request cannot be converted without a loss, and ${origin} is strict. ${losses.map(describe).join(' ')} ` +
        'Leave these out, use a model whose provider supports them, or switch strict off.',
    );
    this.losses = losses.map(({ code }) => code);
  }
}

/** @throws LossRefusedError when a loss changes what the model can do */
export function refuseLosses(losses: readonly Loss[], origin: string): void {
  const grave = losses.filter(({ code }) => LOSSES[code].changesCapability);
  if (grave.length > 0) throw new LossRefusedError(grave, origin);
}

function describe({ code, path }: Loss): string {
  const place = path === undefined ? '' : `${path.slice(0, MAX_PATH_LENGTH)}: `;
  return `${place}${LOSSES[code].meaning} (${code})`;
}
