/** A script or option that is not as `script.ts` says; the message names the place. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';

  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(`${path}: ${problem}`);
  }
}

export type Parser<T> = (value: unknown, path: string) => T;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One JSON object with a known set of keys. Absent values are `undefined`; wrong ones throw `ScriptError`. */
export class ObjectReader {
  readonly #record: Record<string, unknown>;

  constructor(
    value: unknown,
    private readonly path: string,
    keys: readonly string[],
  ) {
    if (!isRecord(value)) throw new ScriptError(path, `must be an object, not ${describe(value)}`);
    const unknownKey = Object.keys(value).find((key) => !keys.includes(key));
    if (unknownKey !== undefined) {
      throw new ScriptError(path, `unknown key "${unknownKey}"; known are ${keys.join(', ')}`);
    }
    this.#record = value;
  }

  raw(key: string): unknown {
    return this.#record[key];
  }

  read<T>(key: string, parse: Parser<T>): T | undefined {
    const value = this.#record[key];
    return value === undefined ? undefined : parse(value, `${this.path}.${key}`);
  }

  require<T>(key: string, parse: Parser<T>): T {
    const value = this.read(key, parse);
    if (value === undefined) throw new ScriptError(this.path, `"${key}" is missing`);
    return value;
  }
}

export const aString: Parser<string> = (value, path) => {
  if (typeof value !== 'string') throw new ScriptError(path, `must be a string, not ${describe(value)}`);
  return value;
};

export const aBoolean: Parser<boolean> = (value, path) => {
  if (typeof value !== 'boolean')
    throw new ScriptError(path, `must be true or false, not ${describe(value)}`);
  return value;
};

/** A finite number of at least `minimum`. */
export function aNumber(minimum: number): Parser<number> {
  return (value, path) => {
    if (typeof value === 'number' && Number.isFinite(value) && value >= minimum) return value;
    throw new ScriptError(path, `must be a number of at least ${minimum}, not ${describe(value)}`);
  };
}

export function anInteger(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Parser<number> {
  return (value, path) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum)
      return value;
    const range =
      maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new ScriptError(path, `must be a whole number ${range}, not ${describe(value)}`);
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): Parser<T> {
  return (value, path) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) {
      throw new ScriptError(path, `must be one of ${values.join(', ')}, not ${describe(value)}`);
    }
    return found;
  };
}

export function listOf<T>(parse: Parser<T>): Parser<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ScriptError(path, `must be a list, not ${describe(value)}`);
    return value.map((item: unknown, index) => parse(item, `${path}[${index}]`));
  };
}

export const aHeaderMap: Parser<Record<string, string>> = (value, path) => {
  if (!isRecord(value)) throw new ScriptError(path, `must be an object, not ${describe(value)}`);
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [name.toLowerCase(), aString(text, `${path}.${name}`)]),
  );
};

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}
