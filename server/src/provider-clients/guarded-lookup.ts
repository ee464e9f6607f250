import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { EgressPolicy } from './egress-policy.js';

/** All addresses of a name, as the machine's resolver has them. */
export type ResolveHost = (hostname: string, options: LookupOptions) => Promise<LookupAddress[]>;

/** Code of a `ForbiddenAddressError`. */
export const FORBIDDEN_ADDRESS = 'CCS_FORBIDDEN_ADDRESS';

/** The address of a provider is one that nothing is sent to. `message` says which, and why. */
export class ForbiddenAddressError extends Error {
  readonly code = FORBIDDEN_ADDRESS;

  constructor(hostname: string, refusal: string) {
    super(`${hostname}: ${refusal}`);
    this.name = 'ForbiddenAddressError';
  }
}

/**
 * Resolves for a socket that is about to connect: what is checked is what is connected to, so a name that changes its
 * addresses between a check and a call gains nothing. One forbidden address among several spoils the name. Sockets
 * that ask for the same name at the same time share one look-up, of which Node has only four at a time.
 */
export function guardedLookup(egress: EgressPolicy, resolve: ResolveHost): LookupFunction {
  const running = new Map<string, Promise<LookupAddress[]>>();
  const shared = (hostname: string, { family, hints }: LookupOptions): Promise<LookupAddress[]> => {
    const key = `${hostname} ${family ?? 0} ${hints ?? 0}`;
    const found = running.get(key);
    if (found !== undefined) return found;
    const asked = resolve(hostname, {
      all: true,
      ...(family === undefined ? {} : { family }),
      ...(hints === undefined ? {} : { hints }),
    }).finally(() => running.delete(key));
    running.set(key, asked);
    return asked;
  };
  return (hostname, options, callback) => {
    shared(hostname, options).then(
      (addresses) => {
        const first = addresses[0];
        const refusal = firstRefusal(egress, addresses);
        if (refusal !== null) callback(new ForbiddenAddressError(hostname, refusal), '');
        else if (first === undefined)
          callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), '');
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function firstRefusal(egress: EgressPolicy, addresses: readonly LookupAddress[]): string | null {
  for (const { address } of addresses) {
    const refusal = egress.refusalOfAddress(address);
    if (refusal !== null) return refusal;
  }
  return null;
}
