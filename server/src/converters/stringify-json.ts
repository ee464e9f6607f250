/**
 * `JSON.stringify` for JSON values of any depth. The engine's own is used where it can; it overflows the
 * stack on some deeply nested objects (V8 14: members with number-like names from about 4,000 levels on),
 * which a client can send and `JSON.parse` accepts.
 */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return stringifyDeep(value);
  }
}

interface Frame {
  readonly close: ']' | '}';
  readonly keys: readonly string[] | null;
  readonly values: readonly unknown[];
  next: number;
}

function stringifyDeep(root: unknown): string {
  const pieces: string[] = [];
  const stack: Frame[] = [];
  open(root, pieces, stack);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (frame.next === frame.values.length) {
      pieces.push(frame.close);
      stack.pop();
      continue;
    }
    const index = frame.next++;
    if (index > 0) pieces.push(',');
    if (frame.keys !== null) pieces.push(JSON.stringify(frame.keys[index]), ':');
    open(frame.values[index], pieces, stack);
  }
  return pieces.join('');
}

/** Writes a scalar, or the opening bracket of a container whose content is then up next. */
function open(value: unknown, pieces: string[], stack: Frame[]): void {
  if (typeof value !== 'object' || value === null) {
    pieces.push(JSON.stringify(value) ?? 'null');
    return;
  }
  if (Array.isArray(value)) {
    pieces.push('[');
    stack.push({ close: ']', keys: null, values: value, next: 0 });
    return;
  }
  pieces.push('{');
  const entries = Object.entries(value).filter((entry) => entry[1] !== undefined);
  stack.push({
    close: '}',
    keys: entries.map((e) => e[0]),
    values: entries.map((e): unknown => e[1]),
    next: 0,
  });
}
