import type { MessagesRequest } from '@ccs/wire';
import { isRecord } from '../converters/json-record.js';

/** Anthropic's own figure for a large image; a page or two of a document. */
const TOKENS_PER_ATTACHMENT = 1_600;

export interface RequestSize {
  /** Of the body, without attachments in base64. */
  readonly textBytes: number;
  readonly attachmentTokens: number;
}

/** How large a request is, read off its blocks without touching them. Nothing is encoded or copied. */
export function sizeOfRequest(request: MessagesRequest, bodyBytes: number): RequestSize {
  let attachments = 0;
  let base64Bytes = 0;
  const waiting: unknown[] = request.messages.map(({ content }) => content);
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (Array.isArray(next)) {
      for (const block of next as readonly unknown[]) if (isRecord(block)) waiting.push(block);
    } else if (isRecord(next)) {
      const source = next['source'];
      const data = isRecord(source) && source['type'] === 'base64' ? source['data'] : undefined;
      if (typeof data === 'string') {
        attachments += 1;
        base64Bytes += data.length;
      }
      if (Array.isArray(next['content'])) waiting.push(next['content']);
    }
  }
  return {
    textBytes: Math.max(0, bodyBytes - base64Bytes),
    attachmentTokens: attachments * TOKENS_PER_ATTACHMENT,
  };
}
