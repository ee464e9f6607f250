import type { Profile } from './profile.js';

const OPEN = '<think>';
const CLOSE = '</think>';

/** Takes the pieces of content that the splitter has decided on, in order. None is empty. */
export type ProseSink = (kind: 'text' | 'thinking', text: string) => void;

/**
 * Tells thinking in a leading `<think>` element from text, in pieces cut anywhere (specification P7, S3). At
 * most white space at the very start and the possible beginning of a tag are held back. One per answer.
 */
export class ThinkTagSplitter {
  #state: 'start' | 'thinking' | 'text';
  /** Leading white space, before anything is decided. */
  #space = '';
  /** The possible beginning of a tag. */
  #held = '';
  /** Newlines directly after a tag belong to it. */
  #skipNewlines = false;

  constructor(
    private readonly mode: Profile['think_tags'],
    private readonly sink: ProseSink,
  ) {
    this.#state = mode === 'off' ? 'text' : 'start';
  }

  push(piece: string): void {
    if (this.#state === 'text' && !this.#skipNewlines) this.#give('text', piece);
    else if (this.#state === 'start') this.#readStart(piece);
    else this.#readOn(piece);
  }

  /** Something else comes, or the end: what is held back is decided. */
  flush(): void {
    if (this.#state === 'start') {
      if (this.#held === '') this.#space = '';
      else this.#decideStart(this.#held);
    }
    const held = this.#held;
    if (held === '') return;
    this.#held = '';
    this.#give('thinking', held);
  }

  /** The provider sends reasoning in a field of its own: tags are text from now on, unless one is open. */
  disable(): void {
    this.flush();
    if (this.#state === 'start') this.#state = 'text';
  }

  #readStart(piece: string): void {
    let candidate = this.#held + piece;
    if (this.#held === '') {
      const rest = piece.trimStart();
      this.#space += piece.slice(0, piece.length - rest.length);
      candidate = rest;
    }
    if (candidate.startsWith(OPEN)) {
      this.#space = this.#held = '';
      this.#state = 'thinking';
      this.#skipNewlines = true;
      this.#readOn(candidate.slice(OPEN.length));
    } else if (OPEN.startsWith(candidate)) {
      this.#held = candidate;
    } else {
      this.#decideStart(candidate);
    }
  }

  /** No tag stands at the start. */
  #decideStart(text: string): void {
    const whole = this.#space + text;
    this.#space = this.#held = '';
    if (this.mode === 'implicit_open') {
      this.#state = 'thinking';
      this.#skipNewlines = true;
      this.#readOn(whole);
    } else {
      this.#state = 'text';
      this.#give('text', whole);
    }
  }

  #readOn(piece: string): void {
    let rest = piece;
    if (this.#skipNewlines) {
      rest = rest.replace(/^[\r\n]+/, '');
      if (rest === '') return;
      this.#skipNewlines = false;
    }
    if (this.#state === 'thinking') this.#readThinking(rest);
    else this.#give('text', rest);
  }

  #readThinking(piece: string): void {
    const text = this.#held + piece;
    this.#held = '';
    const end = text.indexOf(CLOSE);
    if (end !== -1) {
      this.#give('thinking', text.slice(0, end));
      this.#state = 'text';
      this.#skipNewlines = true;
      this.#readOn(text.slice(end + CLOSE.length));
      return;
    }
    const tag = text.lastIndexOf('<');
    const mayClose = tag !== -1 && CLOSE.startsWith(text.slice(tag));
    if (mayClose) this.#held = text.slice(tag);
    this.#give('thinking', mayClose ? text.slice(0, tag) : text);
  }

  #give(kind: 'text' | 'thinking', text: string): void {
    if (text !== '') this.sink(kind, text);
  }
}
