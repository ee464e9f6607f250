import type { MessageStreamEvent, SseEvent, Usage } from '@ccs/wire';
import type { UpstreamError } from '../errors/upstream-error.js';

/**
 * Turns the events of one upstream stream into Anthropic events. A state machine: no I/O, no clock, one per
 * response. Feed every event in order with `push`, then call `end` exactly once; events that either returns
 * are to be sent in that order. After an `error` event nothing more comes.
 */
export interface StreamConverter {
  push(event: SseEvent): MessageStreamEvent[];
  /** `eof`: the upstream closed the body; `reset`: the connection broke. */
  end(reason: 'eof' | 'reset'): MessageStreamEvent[];
  /** True once message_start has been returned: the answer has begun. */
  readonly started: boolean;
  /** True once `[DONE]` or an error was seen: the rest of the upstream need not be read. */
  readonly finished: boolean;
  /**
   * The error that ended the stream, whose `error` event has been returned. Unless the answer had `started`,
   * that is its only event, and the client may be given the error's own HTTP status and headers instead.
   */
  readonly failure: UpstreamError | null;
  /**
   * The answer is complete and without output, and does not say why: all its events came with its end, and another
   * target may be asked instead.
   */
  readonly isEmpty: boolean;
  /** What is known so far; final after `end`. */
  readonly usage: StreamUsage;
}

/** `estimated` is true while the provider has reported no usage of its own. */
export interface StreamUsage extends Usage {
  readonly estimated: boolean;
}
