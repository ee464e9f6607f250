const DECIMALS = 9;

/** US dollars with at most nine decimals, as they come in JSON, as whole nano-dollars. */
export function usdToNano(usd: number): bigint {
  return BigInt(usd.toFixed(DECIMALS).replace('.', ''));
}

/** Whole nano-dollars as a number of dollars, for showing; exact up to nine million. */
export function nanoToUsd(nanoUsd: bigint): number {
  return Number(nanoUsdText(nanoUsd));
}

/** As a decimal text: `0.25`, `-3`, `12.000000001`. */
export function nanoUsdText(nanoUsd: bigint): string {
  const digits = (nanoUsd < 0n ? -nanoUsd : nanoUsd).toString().padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  const whole = `${nanoUsd < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
