import { encodeCarriedState, type CarriedState } from './carried-state.js';
import { setOwn, type JsonRecord } from '../json-record.js';
import type { ToolCall } from './tool-call.js';

/** A stream may send a detail per token; more than this is not carried (nor would a client send it back). */
const MAX_STATE_LENGTH = 8_388_608;

/**
 * Collects what the provider wants back with the next request (specification R5.6) until a block can carry
 * it. One per streamed answer.
 */
export class AnswerState {
  #reasoningDetails: unknown[] = [];
  /** Calls whose `extra_content` no block carries yet. */
  #calls: ToolCall[] = [];
  #length = 0;

  /** @param length of the data that held them, for the bound */
  addReasoningDetails(details: readonly unknown[], length: number): void {
    this.#length += length;
    if (this.#length > MAX_STATE_LENGTH) this.#reasoningDetails = [];
    else for (const detail of details) this.#reasoningDetails.push(detail);
  }

  addCall(call: ToolCall): void {
    this.#calls.push(call);
  }

  /** A signature that carries what can be carried so far: of a call, once its client knows its id. */
  takeSignature(): string {
    return encodeCarriedState(this.#take());
  }

  /** What no signature took, as the data of a redacted_thinking block; null when there is nothing. */
  takeRest(): string | null {
    const state = this.#take();
    if (Object.keys(state).length === 0) return null;
    const data = encodeCarriedState(state);
    return data === encodeCarriedState({}) ? null : data;
  }

  #take(): CarriedState {
    const extraContent: Record<string, JsonRecord> = {};
    for (const call of this.#calls) {
      if (call.clientId === null || call.extraContent === null) continue;
      setOwn(extraContent, call.clientId, call.extraContent);
      call.extraContent = null;
    }
    const reasoningDetails = this.#reasoningDetails;
    this.#reasoningDetails = [];
    return {
      ...(reasoningDetails.length > 0 ? { reasoningDetails } : {}),
      ...(Object.keys(extraContent).length > 0 ? { extraContent } : {}),
    };
  }
}
