/** One event of an Anthropic stream, as far as tests look into it. */
export interface StreamedEvent {
  type: string;
  index?: number;
  message?: Record<string, unknown>;
  content_block?: Record<string, unknown>;
  delta?: Record<string, unknown>;
  usage?: Record<string, unknown>;
  error?: { type: string; message: string };
}

/** Reads a streamed answer bit by bit; deliberately not the parser the gateway itself uses. */
export class SseReader {
  readonly events: StreamedEvent[] = [];
  /** Events without an `event:` line: the official SDK skips those. */
  namelessEvents = 0;
  #buffer = '';
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();

  constructor(response: Response) {
    if (response.body === null) throw new Error('an answer without a body');
    this.#reader = response.body.getReader();
  }

  async readUntil(enough: (events: readonly StreamedEvent[]) => boolean, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!enough(this.events)) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`not seen in ${timeoutMs} ms: ${JSON.stringify(this.events)}`)),
          Math.max(0, deadline - Date.now()),
        );
      });
      const more = await Promise.race([this.#readSome(), late]).finally(() => clearTimeout(timer));
      if (!more) throw new Error(`the stream ended early: ${JSON.stringify(this.events)}`);
    }
  }

  async readToEnd(): Promise<readonly StreamedEvent[]> {
    while (await this.#readSome());
    return this.events;
  }

  /** Closes the connection in the middle of the answer. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }

  async #readSome(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (done) return false;
    this.#buffer += this.#decoder.decode(value, { stream: true });
    const blocks = this.#buffer.split('\n\n');
    this.#buffer = blocks.pop() ?? '';
    for (const block of blocks) this.#take(block);
    return true;
  }

  #take(block: string): void {
    const lines = block.split('\n');
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
    if (data.length === 0) return;
    const event = JSON.parse(data.join('\n')) as StreamedEvent;
    if (!lines.includes(`event: ${event.type}`)) this.namelessEvents++;
    this.events.push(event);
  }
}
