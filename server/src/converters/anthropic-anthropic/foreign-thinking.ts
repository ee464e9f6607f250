import { isGatewaySignature } from '../anthropic-openai/carried-state.js';
import { isAbsent, isRecord } from '../json-record.js';

/** Thinking in one message that Anthropic would reject. */
export interface ForeignThinking {
  /** Indexes within `content`. */
  readonly blocks: ReadonlySet<number>;
  /** Nothing is left of an assistant message without them. */
  readonly emptiesMessage: boolean;
}

/**
 * Thinking that this gateway made of another provider's, by message index: a thinking block whose signature
 * is ours or empty, redacted thinking whose data is ours (specification T3). Anthropic answers such blocks
 * with «Invalid `signature` in `thinking` block».
 */
export function findForeignThinking(messages: unknown): ReadonlyMap<number, ForeignThinking> {
  const found = new Map<number, ForeignThinking>();
  if (!Array.isArray(messages)) return found;
  for (let i = 0; i < messages.length; i++) {
    const message: unknown = messages[i];
    if (!isRecord(message) || !Array.isArray(message['content'])) continue;
    const content: readonly unknown[] = message['content'];
    const blocks = new Set<number>();
    for (let j = 0; j < content.length; j++) if (isForeign(content[j])) blocks.add(j);
    if (blocks.size === 0) continue;
    found.set(i, {
      blocks,
      emptiesMessage: message['role'] === 'assistant' && blocks.size === content.length,
    });
  }
  return found;
}

function isForeign(block: unknown): boolean {
  if (!isRecord(block)) return false;
  const { type, signature, data } = block;
  if (type === 'thinking') {
    return (
      isAbsent(signature) ||
      signature === '' ||
      (typeof signature === 'string' && isGatewaySignature(signature))
    );
  }
  return type === 'redacted_thinking' && typeof data === 'string' && isGatewaySignature(data);
}
