import { randomInt } from 'node:crypto';

/** Where the tools of a request begin, as JSON without blanks has it. */
const KEY = '"tools":[';
const MIN_BYTES = 1_024;
const MAX_ENTRIES = 32;
/** Of one, so that others keep theirs, and of all; parsed they take about four times as much. */
const MAX_BYTES = 512 * 1024;
const MAX_TOTAL_BYTES = 4 * 1024 * 1024;
/** Of what a body has beside its tools; larger ones, long sessions, are put together as text. */
const SCRATCH_BYTES = 256 * 1024;

interface Entry {
  /** As they stand in a body. */
  readonly bytes: Buffer;
  readonly tools: readonly unknown[];
}

/**
 * Reads requests, and their tools only once: a client sends the same ones with every call, and they are most of it.
 * Where a body has, byte for byte, the tools of an earlier one, it gets those, which nobody can change: they are frozen.
 */
export class KeptTools {
  /** The one used last first. */
  readonly #entries: Entry[] = [];
  #totalBytes = 0;
  /** Stands for kept tools while the rest is read. No value of a body is the same: nobody can guess it. */
  readonly #placeholder = randomInt(2 ** 47) + 0.5;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

  /**
   * The same as `JSON.parse` makes of it.
   *
   * @throws SyntaxError as `JSON.parse` does
   */
  parse(body: Buffer): unknown {
    const start = body.indexOf(KEY) + KEY.length - 1;
    if (start < KEY.length - 1) return parseText(body.toString('utf8'));
    const known = this.#find(body, start);
    const withKnown = known === null ? null : this.#parseAround(body, start, known);
    if (withKnown !== null) return withKnown;
    const parsed = parseText(body.toString('utf8'));
    if (known === null && isObject(parsed)) this.#keep(body, start, parsed['tools']);
    return parsed;
  }

  #find(body: Buffer, start: number): Entry | null {
    const index = this.#entries.findIndex(({ bytes }) => isAt(body, start, bytes));
    const entry = this.#entries[index];
    if (entry === undefined) return null;
    if (index > 0) {
      this.#entries.splice(index, 1);
      this.#entries.unshift(entry);
    }
    return entry;
  }

  /** Null: the tools that were found are not those of the request, but something within it that looks the same. */
  #parseAround(body: Buffer, start: number, { bytes, tools }: Entry): object | null {
    let parsed: unknown;
    try {
      parsed = parseText(this.#without(body, start, start + bytes.length));
    } catch {
      // The error is to tell a place in what the client sent.
      return null;
    }
    if (!isObject(parsed) || parsed['tools'] !== this.#placeholder) return null;
    parsed['tools'] = tools;
    return parsed;
  }

  /** The text of the body with the placeholder in place of the bytes from `start` to `end`. */
  #without(body: Buffer, start: number, end: number): string {
    // With a blank: digits behind it would belong to it.
    const placeholder = `${this.#placeholder} `;
    const length = start + placeholder.length + body.length - end;
    if (length > SCRATCH_BYTES)
      return `${body.toString('utf8', 0, start)}${placeholder}${body.toString('utf8', end)}`;
    const scratch = this.#scratch;
    body.copy(scratch, 0, 0, start);
    scratch.write(placeholder, start, 'latin1');
    body.copy(scratch, start + placeholder.length, end);
    return scratch.toString('utf8', 0, length);
  }

  /** What JSON makes of them and what was sent must be the same text: only then the text says where they end. */
  #keep(body: Buffer, start: number, tools: unknown): void {
    if (!Array.isArray(tools)) return;
    const bytes = encoded(tools);
    if (bytes === null || bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) return;
    if (!isAt(body, start, bytes)) return;
    freezeDeep(tools);
    this.#entries.unshift({ bytes, tools });
    this.#totalBytes += bytes.length;
    while (this.#entries.length > MAX_ENTRIES || this.#totalBytes > MAX_TOTAL_BYTES)
      this.#totalBytes -= this.#entries.pop()?.bytes.length ?? 0;
  }
}

const parseText = (text: string): unknown => JSON.parse(text);

function isAt(body: Buffer, start: number, bytes: Buffer): boolean {
  const end = start + bytes.length;
  return end <= body.length && body.compare(bytes, 0, bytes.length, start, end) === 0;
}

/** Null: they are too deep for the engine. */
function encoded(tools: readonly unknown[]): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(tools));
  } catch {
    return null;
  }
}

function freezeDeep(root: object): void {
  const open: object[] = [root];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    Object.freeze(each);
    for (const value of Object.values(each) as unknown[]) if (isObject(value)) open.push(value);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
