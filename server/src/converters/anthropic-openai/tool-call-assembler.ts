import { argumentText, type ToolCallPiece } from './read-choice.js';
import { ToolCall } from './tool-call.js';

/** What the pieces of one call are found by. A later call may take it over: its pieces then go there. */
interface Slot {
  call: ToolCall;
}

/**
 * Puts the pieces of tool calls together (specification S4, «which call a delta belongs to»). Providers tell
 * calls apart by index, by id, by both or by neither. One per answer; time is linear in the pieces.
 */
export class ToolCallAssembler {
  readonly #slotOfId = new Map<string, Slot>();
  readonly #slotOfIndex = new Map<number | string, Slot>();
  #latest: Slot | null = null;
  /** Calls that may still have no arguments. */
  #bare: ToolCall[] = [];
  #callCount = 0;

  /** @param onCall hears of every call once, in the order of their arrival */
  constructor(private readonly onCall: (call: ToolCall) => void) {}

  get callCount(): number {
    return this.#callCount;
  }

  push(piece: ToolCallPiece): void {
    const text = argumentText(piece.arguments);
    const slot = this.#find(piece) ?? this.#openSlot(piece, text);
    if (slot === null) return;
    this.#register(slot, piece);
    const { call } = slot;
    if (piece.id !== null && call.upstreamId === null && !call.needsFreshId) call.upstreamId = piece.id;
    if (piece.name !== null) call.addName(piece.name);
    if (piece.extraContent !== null) call.extraContent = { ...call.extraContent, ...piece.extraContent };
    this.#addArguments(slot, text);
  }

  /** A finish_reason or other content has come: a call without arguments so far gets none any more. */
  completeBareCalls(): void {
    if (this.#bare.length === 0) return;
    for (const call of this.#bare) if (!call.hasArguments) call.complete = true;
    this.#bare = [];
  }

  /** The call the piece continues; null when it begins one. */
  #find(piece: ToolCallPiece): Slot | null {
    const known = piece.id === null ? undefined : this.#slotOfId.get(piece.id);
    if (known !== undefined) {
      // The provider uses one id for two calls.
      if (isOtherCall(known.call, piece)) this.#replace(known, '');
      return known;
    }
    const slot = piece.index === null ? this.#latest : this.#slotOfIndex.get(piece.index);
    if (slot === null || slot === undefined) return null;
    return continues(slot.call, piece) ? slot : null;
  }

  #openSlot(piece: ToolCallPiece, text: string): Slot | null {
    const empty =
      piece.id === null && piece.name === null && piece.extraContent === null && text.trim() === '';
    if (empty) return null;
    this.#latest = { call: this.#newCall(false) };
    if (piece.index !== null) this.#slotOfIndex.set(piece.index, this.#latest);
    return this.#latest;
  }

  #register(slot: Slot, piece: ToolCallPiece): void {
    if (piece.id !== null && !this.#slotOfId.has(piece.id)) this.#slotOfId.set(piece.id, slot);
    if (piece.index !== null && !this.#slotOfIndex.has(piece.index)) this.#slotOfIndex.set(piece.index, slot);
  }

  /** A further object after a complete one is a further call of the same tool; other text there is noise. */
  #addArguments(slot: Slot, text: string): void {
    let rest = slot.call.addArguments(text).trimStart();
    while (rest.startsWith('{')) {
      this.#replace(slot, slot.call.name);
      rest = slot.call.addArguments(rest).trimStart();
    }
  }

  #replace(slot: Slot, name: string): void {
    slot.call = this.#newCall(true);
    slot.call.name = name;
  }

  #newCall(needsFreshId: boolean): ToolCall {
    const call = new ToolCall(needsFreshId);
    this.#callCount++;
    this.#bare.push(call);
    this.onCall(call);
    return call;
  }
}

/** A name that cannot be the complete call's own. */
function isOtherCall(call: ToolCall, piece: ToolCallPiece): boolean {
  return piece.name !== null && call.name !== '' && call.complete && piece.name !== call.name;
}

/** Whether a piece whose id is none or new continues the call that its index, or its place, points to. */
function continues(call: ToolCall, piece: ToolCallPiece): boolean {
  const named = piece.name !== null && call.name !== '';
  if (piece.index === null) {
    if (named && call.complete) return false;
    return piece.id === null || isUnidentified(call);
  }
  if (isOtherCall(call, piece)) return false;
  if (piece.id === null || isUnidentified(call)) return true;
  // Gemini and old SGLang number every call 0; a new id without a name is one that changes with every chunk.
  return !(named && (call.complete || !call.hasArguments));
}

/** The call has no id of the provider's yet: it adopts the first that comes. */
function isUnidentified(call: ToolCall): boolean {
  return call.upstreamId === null && !call.needsFreshId;
}
