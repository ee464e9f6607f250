import type { BlockWriter } from './block-writer.js';
import type { ToolCall } from './tool-call.js';

type Item = ToolCall | Prose;

interface Prose {
  readonly kind: 'text' | 'thinking';
  text: string;
}

/** What a tool_use block needs to know of the answer it is in. */
export interface ToolNaming {
  /** Whether the name so far is the whole name (specification S4, «start»). */
  isCertain(name: string): boolean;
  /** The id and the name for the client; called once per call. */
  start(call: ToolCall): { readonly id: string; readonly name: string };
}

/**
 * Keeps the blocks of an answer apart (specification S4, «no interleaving»): the first call in the queue goes
 * out live, and while it is incomplete everything else waits in its order of arrival. One per answer.
 */
export class BlockQueue {
  #items: Item[] = [];
  /** Items before this one have been written. */
  #head = 0;

  constructor(
    private readonly writer: BlockWriter,
    private readonly naming: ToolNaming,
  ) {}

  prose(kind: 'text' | 'thinking', text: string): void {
    if (this.#items.length === 0) {
      this.#write(kind, text);
      return;
    }
    const last = this.#items.at(-1);
    if (last !== undefined && isProse(last) && last.kind === kind) last.text += text;
    else this.#items.push({ kind, text });
  }

  /** `pump` moves it on, once its pieces are in. */
  toolCall(call: ToolCall): void {
    this.#items.push(call);
  }

  /** Writes what may be written now. */
  pump(): void {
    for (; this.#head < this.#items.length; this.#head++) {
      const item = this.#items[this.#head];
      if (item === undefined || !this.#writeItem(item)) break;
    }
    if (this.#head === this.#items.length) this.#clear();
  }

  /**
   * The end: everything is written, in its order. A call without a name cannot be.
   *
   * @param whole the answer ended well: calls that lack their end are given it
   * @returns whether a call without a name was left out
   */
  drain(whole: boolean): boolean {
    let nameless = false;
    for (const item of this.#items.slice(this.#head)) {
      if (isProse(item)) this.#write(item.kind, item.text);
      else if (item.name === '') nameless = true;
      else this.#writeLast(item, whole);
    }
    this.#clear();
    return nameless;
  }

  #clear(): void {
    if (this.#items.length > 0) this.#items = [];
    this.#head = 0;
  }

  #writeItem(item: Item): boolean {
    if (!isProse(item)) return this.#writeCall(item);
    this.#write(item.kind, item.text);
    return true;
  }

  #write(kind: 'text' | 'thinking', text: string): void {
    if (kind === 'text') this.writer.text(text);
    else this.writer.thinking(text);
  }

  /** Writes as much of the call as there is; true when it has ended. */
  #writeCall(call: ToolCall): boolean {
    if (!call.started && !this.#mayStart(call)) return false;
    this.#start(call);
    this.writer.toolInput(call.takeArguments());
    if (!call.complete) return false;
    this.writer.toolInput(call.takeRest());
    this.writer.endBlock();
    return true;
  }

  #writeLast(call: ToolCall, whole: boolean): void {
    this.#start(call);
    this.writer.toolInput(call.takeRest());
    if (whole || call.complete) this.writer.endBlock();
  }

  #mayStart(call: ToolCall): boolean {
    if (call.name === '') return false;
    if (call.complete || call.hasArguments) return true;
    return (call.needsFreshId || call.upstreamId !== null) && this.naming.isCertain(call.name);
  }

  #start(call: ToolCall): void {
    if (call.started) return;
    const { id, name } = this.naming.start(call);
    call.clientId = id;
    this.writer.startToolUse(id, name);
  }
}

function isProse(item: Item): item is Prose {
  return 'kind' in item;
}
