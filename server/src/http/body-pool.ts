const MIN_SLOT_BYTES = 64 * 1024;
const MAX_SLOT_BYTES = 1024 * 1024;
/** Smaller bodies are not worth a slot, and larger ones are rare. */
const MIN_BYTES = 16 * 1024;
/** Of what waits to be used again. */
const MAX_FREE_BYTES = 16 * 1024 * 1024;

/** Free slots by their size in bytes, a power of two. */
const free = new Map<number, Buffer[]>();
let freeBytes = 0;
const slotOf = new WeakMap<Buffer, Buffer>();

/**
 * Memory for the body of a call, not cleared. V8 marks its whole heap each time what lies outside of it has grown by 64 MB,
 * and the two bodies of a call are most of that: memory that is used again does not grow. Whoever does not give a body
 * back leaves it to the garbage collector, as any other.
 */
export function takeBody(length: number): Buffer {
  if (length < MIN_BYTES || length > MAX_SLOT_BYTES) return Buffer.allocUnsafe(length);
  const size = Math.max(MIN_SLOT_BYTES, 2 ** Math.ceil(Math.log2(length)));
  const known = free.get(size)?.pop();
  if (known !== undefined) freeBytes -= size;
  const slot = known ?? Buffer.allocUnsafeSlow(size);
  const body = slot.subarray(0, length);
  slotOf.set(body, slot);
  return body;
}

/** Nobody reads `body`, or has it read by a socket, from now on. A second time, or of other memory, it does nothing. */
export function giveBackBody(body: Buffer): void {
  const slot = slotOf.get(body);
  if (slot === undefined) return;
  slotOf.delete(body);
  if (freeBytes + slot.length > MAX_FREE_BYTES) return;
  freeBytes += slot.length;
  const slots = free.get(slot.length);
  if (slots === undefined) free.set(slot.length, [slot]);
  else slots.push(slot);
}
