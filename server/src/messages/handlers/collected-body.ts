/** A body that is read whole. Most come in one piece, which is then not copied. */
export class CollectedBody {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  take(): Buffer {
    const [only] = this.#chunks;
    return only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
  }

  clear(): void {
    this.#chunks = [];
  }
}

/** Whether a content type is JSON, `application/problem+json` and the like included. */
export function isJsonType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*application\/(?:[\w.+-]*\+)?json\b/i.test(contentType);
}
