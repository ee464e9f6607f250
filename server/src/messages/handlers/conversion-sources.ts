import { hash, randomUUID } from 'node:crypto';
import type { IdSource, Sha256Hex } from '../../converters/anthropic-openai/conversion.js';

/** Random ids in the shapes Anthropic's own have; `randomUUID` draws from a pool and costs nothing. */
export const randomIds: IdSource = {
  messageId: () => `msg_${randomUUID().replaceAll('-', '')}`,
  toolUseId: () => `toolu_${randomUUID().replaceAll('-', '')}`,
};

export const sha256Hex: Sha256Hex = (text) => hash('sha256', text, 'hex');
