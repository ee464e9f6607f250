const EMPTY = new Uint8Array(0);

/** The beginning of something whose end has not come, in the front of a buffer with room to grow. */
export class HeldBytes {
  #buffer: Uint8Array = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Shares its memory with what is held. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** The bytes to look at: the chunk itself, or what is held with the chunk behind it. */
  with(chunk: Uint8Array): Uint8Array {
    if (this.#length === 0) return chunk;
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      // Room to grow only for an event that spans chunks: what is sent keeps its whole buffer alive.
      const larger = new Uint8Array(this.#length > chunk.length ? length * 2 : length);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
    return this.bytes;
  }

  /**
   * Keeps what of `bytes`, the last answer of `with`, was not sent. What was sent shares its memory, so a new buffer
   * takes the rest. False: all of it is held already.
   */
  keepFrom(bytes: Uint8Array, sent: number): boolean {
    if (sent === 0 && this.#length > 0) return false;
    const rest = bytes.length - sent;
    this.#buffer = rest === 0 ? EMPTY : new Uint8Array(rest);
    this.#buffer.set(bytes.subarray(sent));
    this.#length = rest;
    return true;
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#length = 0;
  }
}
