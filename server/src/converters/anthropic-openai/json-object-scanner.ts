const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Finds where a JSON object ends, in pieces: braces are counted outside strings. What is between them need
 * not be JSON. One per object; the first character given is its `{`.
 */
export class JsonObjectScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** The index just after the object's last brace in this piece, or -1 when it goes on. */
  scan(piece: string): number {
    let at = 0;
    while (at < piece.length) {
      if (this.#inString) {
        at = this.#skipString(piece, at);
        continue;
      }
      const code = piece.charCodeAt(at++);
      if (code === QUOTE) this.#inString = true;
      else if (code === OPEN) this.#depth++;
      else if (code === CLOSE && --this.#depth === 0) return at;
    }
    return -1;
  }

  /** The index after the string's end, or the piece's length. */
  #skipString(piece: string, from: number): number {
    for (let at = from; at < piece.length; at++) {
      if (this.#escaped) {
        this.#escaped = false;
        continue;
      }
      const code = piece.charCodeAt(at);
      if (code === BACKSLASH) {
        this.#escaped = true;
      } else if (code === QUOTE) {
        this.#inString = false;
        return at + 1;
      }
    }
    return piece.length;
  }
}
