import type { AnthropicErrorBody } from '@ccs/wire';
import type { StreamUsage } from '../stream-converter.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { EventLines, eventNameOf, type EventName } from './event-lines.js';
import { FirstOutput } from './first-output.js';
import { HeldBytes } from './held-bytes.js';
import { objectMembers } from './json-spans.js';
import { isAnthropicError } from './pass-through-answer.js';
import { concatBytes, lineEndFinder, spliceBytes, type Edit } from './splice-bytes.js';
import { UsageMeter } from './usage-meter.js';

const LF = 0x0a;
const CR = 0x0d;
const BOM = [0xef, 0xbb, 0xbf] as const;
const EMPTY = new Uint8Array(0);
/** An event has to be whole before it is passed on; a stream that never ends one must not fill the memory. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
const EVENT_NAME = /^[\w.-]{1,64}$/;

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Passes an Anthropic event stream on, byte for byte but for three things (specification T4, T5): the model's
 * name in message_start, `event:` lines that the provider leaves out, and an error event when the stream stops
 * early. A state machine: no I/O, no clock, one per response. Feed every chunk, cut anywhere, to `push`, then
 * call `end` once; what they return is to be sent in that order.
 */
export class PassThroughStream {
  readonly #meter = new UsageMeter();
  readonly #lines = new EventLines();
  readonly #model: Uint8Array;
  /** An event with data has come. */
  #begun = false;
  readonly #output = new FirstOutput();
  /** What may go out, but waits for the first output: until then another target may be tried. */
  #waiting: Uint8Array[] = [];
  #finished = false;
  #gaveUp = false;
  #error: AnthropicErrorBody | null = null;
  /** Of events that are not whole yet. */
  readonly #held = new HeldBytes();
  /** Positions in the bytes looked at: of the event, of the line, of the next byte, and of a LF that ends a CRLF. */
  #eventStart = 0;
  #lineStart = 0;
  #at = 0;
  #lineFeedOfCrLf = -1;
  #isFirstLine = true;

  /** @param requestedModel the name the client asked for */
  constructor(requestedModel: string) {
    this.#model = utf8.encode(JSON.stringify(requestedModel));
  }

  /**
   * Output has come, or the end; comments, pings, message_start and the beginning of a text do not count. Until then
   * `push` gives nothing: the commit point.
   */
  get started(): boolean {
    return this.#output.come;
  }

  /** An event with data has come, such as message_start. */
  get begun(): boolean {
    return this.#begun;
  }

  /** message_stop or an error has been passed on or added. */
  get finished(): boolean {
    return this.#finished;
  }

  /** A complete answer without output that does not say why. */
  get isEmpty(): boolean {
    return this.#output.missing;
  }

  /** The error event the stream ended with, the provider's own or the one added; null for a complete answer. */
  get error(): AnthropicErrorBody | null {
    return this.#error;
  }

  /** What the provider has reported so far; final after `end`. */
  get usage(): StreamUsage {
    return this.#meter.usage;
  }

  /** The bytes to send now. They may share memory with `chunk`. */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#read(chunk);
    if (this.#output.come && this.#waiting.length === 0) return bytes;
    // A copy: the memory of `chunk` is not ours for longer than this call.
    if (bytes.length > 0) this.#waiting.push(this.#output.come ? bytes : bytes.slice());
    return this.#output.come ? this.#takeWaiting() : EMPTY;
  }

  #takeWaiting(): Uint8Array {
    const waiting = this.#waiting;
    this.#waiting = [];
    return concatBytes(waiting);
  }

  #read(chunk: Uint8Array): Uint8Array {
    if (this.#gaveUp) return EMPTY;
    const bytes = this.#held.with(chunk);
    const pieces: Uint8Array[] = [];
    let sent = 0;
    const findLineEnd = lineEndFinder(bytes, this.#at);
    for (let at = findLineEnd(this.#at); at >= 0; at = findLineEnd(at + 1)) {
      if (!this.#endLine(bytes, at)) continue;
      const edits = this.#endEvent(bytes);
      this.#eventStart = at + 1;
      if (edits.length > 0) {
        pieces.push(spliceBytes(bytes.subarray(sent, this.#eventStart), rebased(edits, sent)));
        sent = this.#eventStart;
      }
    }
    this.#at = bytes.length;
    if (this.#begun && this.#eventStart > sent) {
      pieces.push(bytes.subarray(sent, this.#eventStart));
      sent = this.#eventStart;
    }
    this.#keep(bytes, sent);
    if (this.#held.length > MAX_HELD_BYTES) pieces.push(this.#giveUp());
    return concatBytes(pieces);
  }

  /** The last bytes to send: a last event that only lacks its blank line, or the error that tells of the cut. */
  end(reason: 'eof' | 'reset'): Uint8Array {
    const { bytes } = this.#held;
    if (this.#lineStart < bytes.length) this.#readLine(bytes, bytes.length);
    const pieces = [this.#takeWaiting()];
    if (this.#lines.data.length > 0 && parseJson(this.#lines.dataBytes(bytes)) !== undefined) {
      pieces.push(spliceBytes(bytes, this.#endEvent(bytes)), utf8.encode(endsLine(bytes) ? '\n' : '\n\n'));
    } else if (this.#finished) {
      pieces.push(bytes);
    }
    this.#held.clear();
    if (!this.#finished) {
      pieces.push(
        this.#fail(
          reason === 'eof'
            ? 'The provider ended its answer before it was complete.'
            : 'The connection to the provider broke before the answer was complete.',
        ),
      );
    }
    return concatBytes(pieces);
  }

  /** Notes the line that ends here; true when it is blank, which ends an event. */
  #endLine(bytes: Uint8Array, at: number): boolean {
    const completesCrLf = bytes[at] === LF && at === this.#lineFeedOfCrLf;
    this.#lineFeedOfCrLf = bytes[at] === CR ? at + 1 : -1;
    const isBlank = this.#lineStart === at && !completesCrLf;
    if (!isBlank && !completesCrLf) this.#readLine(bytes, at);
    if (completesCrLf && this.#eventStart === at) this.#eventStart = at + 1;
    this.#lineStart = at + 1;
    return isBlank;
  }

  #readLine(bytes: Uint8Array, end: number): void {
    const hasBom = this.#isFirstLine && BOM.every((byte, i) => bytes[this.#lineStart + i] === byte);
    this.#isFirstLine = false;
    this.#lines.read(bytes, this.#lineStart + (hasBom ? BOM.length : 0), end);
  }

  /** Reads a whole event, and says what is to be changed in it. */
  #endEvent(bytes: Uint8Array): Edit[] {
    const [first] = this.#lines.data;
    if (first === undefined) {
      this.#lines.clear();
      return [];
    }
    this.#begun = true;
    const edits: Edit[] = [];
    let name = this.#lines.name(bytes);
    if (name === null) {
      const data = parseJson(this.#lines.dataBytes(bytes));
      const type = isRecord(data) ? data['type'] : undefined;
      if (typeof type === 'string' && EVENT_NAME.test(type)) {
        name = eventNameOf(type);
        edits.push({ start: first.lineStart, end: first.lineStart, bytes: utf8.encode(`event: ${type}\n`) });
      }
    }
    for (const edit of this.#readEvent(name ?? 'other', bytes)) edits.push(edit);
    this.#lines.clear();
    return edits;
  }

  #readEvent(name: EventName, bytes: Uint8Array): readonly Edit[] {
    switch (name) {
      case 'message_start': {
        const data = this.#lines.dataBytes(bytes);
        const event = parseJson(data);
        const message = isRecord(event) && isRecord(event['message']) ? event['message'] : {};
        this.#meter.read(message['usage']);
        this.#output.messageState(message);
        return this.#editModel(data, message);
      }
      case 'message_delta': {
        const event = parseJson(this.#lines.dataBytes(bytes));
        if (isRecord(event)) this.#meter.read(event['usage']);
        if (isRecord(event)) this.#output.messageState(event['delta']);
        return [];
      }
      case 'message_stop':
        this.#finished = true;
        this.#output.end();
        return [];
      case 'content_block_start':
      case 'content_block_delta':
        if (!this.#output.come) this.#output.blockEvent(parseJson(this.#lines.dataBytes(bytes)));
        return [];
      case 'content_block_stop':
      case 'ping':
        return [];
      case 'error': {
        const event = parseJson(this.#lines.dataBytes(bytes));
        this.#finished = true;
        this.#error = isAnthropicError(event)
          ? (event as AnthropicErrorBody)
          : errorBody('The provider failed.');
        return [];
      }
      case 'other':
        if (!this.#output.come) this.#output.unknownEvent(parseJson(this.#lines.dataBytes(bytes)));
        return [];
      default:
        return name satisfies never;
    }
  }

  #editModel(data: Uint8Array, message: JsonRecord): Edit[] {
    if (message['model'] === undefined) return [];
    const start = objectMembers(data)?.findLast((member) => member.name === 'message')?.start;
    const model =
      start === undefined
        ? undefined
        : objectMembers(data, start)?.findLast((member) => member.name === 'model');
    if (model === undefined) return [];
    return [
      {
        start: this.#lines.positionOf(model.start),
        end: this.#lines.positionOf(model.end),
        bytes: this.#model,
      },
    ];
  }

  /** What was not sent is looked at again with the next chunk: positions are in it from now on. */
  #keep(bytes: Uint8Array, sent: number): void {
    if (!this.#held.keepFrom(bytes, sent)) return;
    this.#eventStart -= sent;
    this.#lineStart -= sent;
    this.#at -= sent;
    this.#lineFeedOfCrLf -= sent;
    this.#lines.shift(sent);
  }

  #giveUp(): Uint8Array {
    this.#held.clear();
    this.#gaveUp = true;
    return this.#fail('The provider sent an event that is too large.');
  }

  #fail(message: string): Uint8Array {
    this.#finished = true;
    this.#error = errorBody(message);
    return utf8.encode(`event: error\ndata: ${JSON.stringify(this.#error)}\n\n`);
  }
}

function errorBody(message: string): AnthropicErrorBody {
  return { type: 'error', error: { type: 'api_error', message } };
}

function rebased(edits: readonly Edit[], by: number): Edit[] {
  return edits.map((edit) => ({ ...edit, start: edit.start - by, end: edit.end - by }));
}

function endsLine(bytes: Uint8Array): boolean {
  const last = bytes.at(-1);
  return last === LF || last === CR;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
