import type { MessagesRequest } from '@ccs/wire';

/**
 * What a caller asks. The parsed body is thousands of objects, which the garbage collector would carry along for as
 * long as the answer streams: it is let go of once a request has been made from it, and the bytes are parsed again
 * for the rare attempt that comes after.
 */
export class CallRequest {
  /** As the client spells it. */
  readonly model: string;
  readonly stream: boolean;
  #parsed: MessagesRequest | null;

  /** @param parsed what `bytes` say, validated */
  constructor(
    parsed: MessagesRequest,
    private readonly bytes: Buffer,
  ) {
    this.model = parsed.model;
    this.stream = parsed.stream === true;
    this.#parsed = parsed;
  }

  /** The whole of it; never changed, and not to be kept beyond the attempt that asks for it. */
  get parsed(): MessagesRequest {
    this.#parsed ??= JSON.parse(this.bytes.toString('utf8')) as MessagesRequest;
    return this.#parsed;
  }

  /** Lets go of the parsed form until it is asked for again. */
  release(): void {
    this.#parsed = null;
  }
}
