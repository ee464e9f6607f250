import type { JsonRecord } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';
import { JsonObjectScanner } from './json-object-scanner.js';
import { parseToolArguments } from './parse-tool-arguments.js';

/**
 * One tool call of a stream while its pieces come (specification S4). Arguments that begin with `{` can be
 * taken out as they come; any others only once the call has ended, normalised as in a whole answer.
 */
export class ToolCall {
  name = '';
  /** The id the provider gave first; later ones only serve to find the call. */
  upstreamId: string | null = null;
  /** The id is a fresh one whatever the provider says: the provider's own belongs to another call. */
  readonly needsFreshId: boolean;
  /** Given when the block starts. */
  clientId: string | null = null;
  extraContent: JsonRecord | null = null;
  /** A complete call takes no more arguments. */
  complete = false;
  #form: 'none' | 'object' | 'other' = 'none';
  #pending = '';
  readonly #scanner = new JsonObjectScanner();

  constructor(needsFreshId: boolean) {
    this.needsFreshId = needsFreshId;
  }

  /** Whether anything but white space has come. */
  get hasArguments(): boolean {
    return this.#form !== 'none';
  }

  get started(): boolean {
    return this.clientId !== null;
  }

  /** A fragment of the name: a repeat, a longer form, a further piece, or too late to count. */
  addName(fragment: string): void {
    if (this.started || fragment === this.name) return;
    if (fragment.startsWith(this.name)) this.name = fragment;
    else if (!this.hasArguments) this.name += fragment;
  }

  /** Appends arguments. Returns what comes after the end of their object, '' mostly. */
  addArguments(text: string): string {
    if (this.complete) return text;
    if (this.#form === 'none') {
      const first = text.trimStart().charAt(0);
      if (first === '') {
        this.#pending += text;
        return '';
      }
      this.#form = first === '{' ? 'object' : 'other';
    }
    const end = this.#form === 'object' ? this.#scanner.scan(text) : -1;
    if (end === -1) {
      this.#pending += text;
      return '';
    }
    this.complete = true;
    this.#pending += text.slice(0, end);
    return text.slice(end);
  }

  /** Arguments that may go out now. */
  takeArguments(): string {
    if (this.#form !== 'object') return '';
    const text = this.#pending;
    this.#pending = '';
    return text;
  }

  /** The rest, when no more can come: arguments in another form become an object; `{}` needs no words. */
  takeRest(): string {
    if (this.#form === 'object') return this.takeArguments();
    const [input] = parseToolArguments(this.#pending);
    this.#pending = '';
    return Object.keys(input).length === 0 ? '' : stringifyJson(input);
  }
}
