/** Of UTF-8, in ordinary prose and code; where a provider reports no usage. */
const BYTES_PER_TOKEN = 3.6;

/** Sums up the length of an answer for an estimate of its tokens; the texts are not kept. */
export class OutputEstimate {
  #bytes = 0;

  add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      // Either half of a surrogate pair stands for two of the four bytes.
      this.#bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
    }
  }

  get tokens(): number {
    return Math.ceil(this.#bytes / BYTES_PER_TOKEN);
  }
}
