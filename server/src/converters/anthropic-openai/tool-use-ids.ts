import type { AnswerContext } from './answer-context.js';
import { toClientToolId } from './tool-ids.js';

/**
 * Gives the tool_use blocks of one answer their ids (specification P6): the upstream's own where a client may
 * have it, and never one that the conversation knows already. One per answer.
 */
export class ToolUseIds {
  readonly #issued = new Set<string>();

  constructor(private readonly context: AnswerContext) {}

  /** @param upstreamId null or '' when the provider gave none, or none that may be used */
  issue(upstreamId: string | null): string {
    let id = upstreamId === null || upstreamId === '' ? this.#fresh() : toClientToolId(upstreamId);
    while (this.#issued.has(id) || this.context.conversion.usedToolIds.has(id)) id = this.#fresh();
    this.#issued.add(id);
    return id;
  }

  #fresh(): string {
    return this.context.ids.toolUseId();
  }
}
