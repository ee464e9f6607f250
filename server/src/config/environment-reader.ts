import { isIP } from 'node:net';
import type { EnvironmentProblem } from './startup-error.js';
import { Secret } from './secret.js';

interface Range {
  readonly min: number;
  readonly max: number;
}

const TRUE_WORDS = new Set(['true', '1', 'yes', 'on']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'off']);

/**
 * Reads variables one by one and keeps what is wrong with them, so that all problems are told at once.
 * An empty variable counts as unset. After a problem the fallback is returned: look at `problems` in the end.
 */
export class EnvironmentReader {
  readonly problems: EnvironmentProblem[] = [];

  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {}

  refuse(variable: string, expected: string): void {
    this.problems.push({ variable, expected });
  }

  optional(variable: string): string | null {
    const value = this.variables[variable]?.trim();
    return value === undefined || value === '' ? null : value;
  }

  text(variable: string, fallback: string): string {
    return this.optional(variable) ?? fallback;
  }

  /** As given: a password may begin or end with a space. */
  secret(variable: string): Secret | null {
    const value = this.variables[variable];
    return value === undefined || value === '' ? null : new Secret(value);
  }

  boolean(variable: string, fallback: boolean): boolean {
    const value = this.optional(variable)?.toLowerCase();
    if (value === undefined) return fallback;
    if (TRUE_WORDS.has(value)) return true;
    if (!FALSE_WORDS.has(value)) this.refuse(variable, 'true or false');
    return false;
  }

  /** The first of them is the default. */
  oneOf<T extends string>(variable: string, choices: readonly [T, ...T[]]): T {
    const given = this.text(variable, choices[0]).toLowerCase();
    const choice = choices.find((each) => each === given);
    if (choice === undefined) this.refuse(variable, `one of ${choices.join(', ')}`);
    return choice ?? choices[0];
  }

  integer(variable: string, fallback: number, range: Range): number {
    return this.number(variable, fallback, range, /^-?\d{1,15}$/, 'a whole number');
  }

  /** A length of time given in seconds, returned in milliseconds. */
  secondsAsMs(variable: string, fallbackSeconds: number, range: Range): number {
    return Math.round(
      this.number(variable, fallbackSeconds, range, /^\d{1,9}(\.\d{1,3})?$/, 'a number of seconds') * 1000,
    );
  }

  /** Comma-separated; `accept` says whether an entry is right. */
  list(variable: string, accept: (entry: string) => boolean, expected: string): readonly string[] {
    const entries = (this.optional(variable) ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    if (!entries.every(accept)) this.refuse(variable, expected);
    return Object.freeze(entries);
  }

  private number(variable: string, fallback: number, range: Range, shape: RegExp, kind: string): number {
    const value = this.optional(variable);
    if (value === null) return fallback;
    const number = shape.test(value) ? Number(value) : NaN;
    if (number >= range.min && number <= range.max) return number;
    this.refuse(variable, `${kind} between ${range.min} and ${range.max}`);
    return fallback;
  }
}

/** An address or a block in CIDR notation. */
export function isCidr(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** `http://` or `https://` with a host, and nothing that would be lost: no credentials, query or fragment. */
export function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
}
