import type { AnswerContext } from './answer-context.js';
import type { ToolNaming } from './block-queue.js';
import type { ToolCall } from './tool-call.js';
import { ToolUseIds } from './tool-use-ids.js';

/** Names and ids of tool calls as the client knows them (specification R4.3, P6). One per answer. */
export class AnswerToolNaming implements ToolNaming {
  readonly #ids: ToolUseIds;
  readonly #names: ReadonlyMap<string, string>;

  constructor(context: AnswerContext) {
    this.#ids = new ToolUseIds(context);
    this.#names = context.conversion.toolNames;
  }

  /** A declared name that no other declared name begins with: a further piece could not follow. */
  isCertain(name: string): boolean {
    if (!this.#names.has(name)) return false;
    for (const declared of this.#names.keys()) {
      if (declared.length > name.length && declared.startsWith(name)) return false;
    }
    return true;
  }

  start(call: ToolCall): { readonly id: string; readonly name: string } {
    return {
      id: this.#ids.issue(call.upstreamId),
      name: this.#names.get(call.name) ?? call.name,
    };
  }
}
