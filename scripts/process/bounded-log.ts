import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

const LINES_KEPT = 40;

/**
 * A log file that never grows beyond twice `maxBytes`: the full one becomes `<path>.1`. The last lines are kept in
 * memory too. Writing problems (a full disk) lose lines, nothing else.
 */
export class BoundedLog {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: WriteStream | null = null;
  #sizeBytes: number;
  #tail: string[] = [];

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Until `stream` ends. Lines that came before it are no longer told by `lastLines`. */
  follow(stream: Readable): void {
    this.#tail = [];
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#append(text));
    stream.on('error', () => undefined);
  }

  lastLines(count: number): string {
    return this.#tail.slice(-count).join('\n');
  }

  #append(text: string): void {
    this.#tail = [...this.#tail, ...text.split('\n').filter((line) => line !== '')].slice(-LINES_KEPT);
    if (this.#sizeBytes > this.#maxBytes) this.#rotate();
    this.#file ??= this.#open();
    this.#file.write(text);
    this.#sizeBytes += Buffer.byteLength(text);
  }

  #rotate(): void {
    this.#file?.end();
    this.#file = null;
    this.#sizeBytes = 0;
    try {
      renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // Then it grows on; better than losing the log.
    }
  }

  #open(): WriteStream {
    const file = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    file.on('error', () => undefined);
    return file;
  }
}
