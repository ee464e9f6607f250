import type { MessagesRequest } from '@ccs/wire';
import { giveBackBody } from '../http/body-pool.js';

/**
 * What a caller asks. Neither form of it is carried along for as long as the answer streams: the parsed one, thousands
 * of objects, goes once a request has been made from it, and is made again for the rare attempt that comes after; the
 * bytes go when the first of the answer has gone out, for then no other target is asked.
 */
export class CallRequest {
  /** As the client spells it. */
  readonly model: string;
  readonly stream: boolean;
  readonly sizeBytes: number;
  #parsed: MessagesRequest | null;
  #bytes: Buffer | null;
  #kept = false;
  /** Somebody else has the bytes: a socket, a capture. Their memory is not used again. */
  #shared = false;

  /**
   * @param parsed what `bytes` say, validated
   * @param bytes as the client sent them, decoded
   */
  constructor(parsed: MessagesRequest, bytes: Buffer) {
    this.model = parsed.model;
    this.stream = parsed.stream === true;
    this.sizeBytes = bytes.length;
    this.#parsed = parsed;
    this.#bytes = bytes;
  }

  /** Never changed: pass-through edits a copy of the span it must. */
  get bytes(): Buffer {
    this.#shared = true;
    return this.#present;
  }

  /** The whole of it; never changed, and not to be kept beyond the attempt that asks for it. */
  get parsed(): MessagesRequest {
    this.#parsed ??= JSON.parse(this.#present.toString('utf8')) as MessagesRequest;
    return this.#parsed;
  }

  /** Lets go of the parsed form until it is asked for again. */
  release(): void {
    this.#parsed = null;
  }

  /** It is asked for again when the answer is over: `forget` does nothing. */
  keep(): void {
    this.#kept = true;
  }

  /** No other target is asked: lets go of it for good, and gives the memory back where nobody else may read it. */
  forget(): void {
    if (this.#kept) return;
    this.#parsed = null;
    if (this.#bytes !== null && !this.#shared) giveBackBody(this.#bytes);
    this.#bytes = null;
  }

  get #present(): Buffer {
    if (this.#bytes === null) throw new Error('the request has been let go of');
    return this.#bytes;
  }
}
