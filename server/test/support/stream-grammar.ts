import type { StreamedEvent } from './sse-reader.js';

/**
 * What is wrong with a stream by the grammar its readers rely on (specification S2), in words; null: nothing. A
 * stream may end in an error at any point, in anything else only when it is complete.
 */
export function grammarFault(events: readonly StreamedEvent[]): string | null {
  let open: number | null = null;
  let next = 0;
  let phase: 'before' | 'blocks' | 'delta' | 'over' = 'before';
  for (const [at, { type, index }] of events.entries()) {
    const fault = (what: string): string => `${what} at event ${at} (${type})`;
    if (phase === 'over') return fault('something after the end');
    if (type === 'ping') continue;
    if (type === 'error') phase = 'over';
    else if (type === 'message_start') {
      if (phase !== 'before') return fault('a second message');
      phase = 'blocks';
    } else if (phase === 'before') return fault('no message yet');
    else if (type === 'content_block_start') {
      if (phase !== 'blocks' || open !== null || index !== next) return fault('a block out of place');
      open = next++;
    } else if (type === 'content_block_delta') {
      if (open === null || index !== open) return fault('a delta without its block');
    } else if (type === 'content_block_stop') {
      if (open === null || index !== open) return fault('an end without its block');
      open = null;
    } else if (type === 'message_delta') {
      if (phase !== 'blocks' || open !== null) return fault('a message_delta out of place');
      phase = 'delta';
    } else if (type === 'message_stop') {
      if (phase !== 'delta') return fault('a message_stop out of place');
      phase = 'over';
    }
  }
  return phase === 'over' ? null : 'neither an end nor an error';
}

/** All text of a stream. */
export function textOf(events: readonly StreamedEvent[]): string {
  return events.map(({ delta }) => (typeof delta?.['text'] === 'string' ? delta['text'] : '')).join('');
}
