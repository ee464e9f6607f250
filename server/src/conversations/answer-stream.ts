import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvents } from '@ccs/wire';
import type { MessageView } from '@ccs/dto';
import { AnswerReplay, type AnswerMoment } from './answer-replay.js';
import type { RunningAnswer } from './running-answer.js';

const HEARTBEAT_MS = 15_000;
const POLL_MS = 500;

/** Reads a message as it is now; rejects when it is gone. */
export type ReadMessage = () => Promise<MessageView>;

/**
 * Streams an answer to one reader, who may come and go: the Messages API's events, and at last `event: answer` with
 * the message as it is stored. An answer of this process is read from memory, that of another one from the database
 * twice a second.
 */
export async function streamAnswer(
  raw: ServerResponse,
  message: MessageView,
  running: RunningAnswer | undefined,
  read: ReadMessage,
): Promise<void> {
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
    'x-ccs-message-id': String(message.id),
    ...(message.request_id === null ? {} : { 'x-ccs-request-id': `req_${message.request_id}` }),
  });
  const reader = new AnswerReader(raw, `msg_${message.id}`);
  try {
    if (running !== undefined) await followHere(reader, running);
    let stored = await read();
    while (!(await reader.show(momentOf(stored))) && !reader.gone) {
      await sleep(POLL_MS);
      stored = await read();
    }
    reader.finish(stored);
  } catch {
    // Deleted meanwhile, or the database is away: the reader may come again.
    reader.close();
  }
}

/** Until the answer is over and stored, or the reader has gone. */
async function followHere(reader: AnswerReader, running: RunningAnswer): Promise<void> {
  const { kept, identity } = running;
  const moments = new Signal();
  const unsubscribe = kept.onChange(() => moments.fire());
  try {
    while (!kept.closed && !reader.gone) {
      await reader.show(kept.moment(identity.model));
      await Promise.race([moments.next(), reader.closed]);
    }
    await reader.show(kept.moment(identity.model));
    if (!reader.gone) await Promise.race([running.stored, reader.closed]);
  } finally {
    unsubscribe();
  }
}

class Signal {
  #waiting = Promise.withResolvers<void>();

  fire(): void {
    this.#waiting.resolve();
  }

  async next(): Promise<void> {
    await this.#waiting.promise;
    this.#waiting = Promise.withResolvers<void>();
  }
}

class AnswerReader {
  readonly closed: Promise<unknown>;
  readonly #replay: AnswerReplay;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    private readonly raw: ServerResponse,
    id: string,
  ) {
    this.#replay = new AnswerReplay(id);
    this.closed = new Promise((resolve) => raw.once('close', resolve));
    this.#heartbeat = setInterval(() => {
      if (!this.gone) raw.write(': keep-alive\n\n');
    }, HEARTBEAT_MS);
    raw.flushHeaders();
  }

  get gone(): boolean {
    return this.raw.destroyed || this.raw.writableEnded;
  }

  /** True: the answer is over. A reader who is slow gets fewer and larger pieces. */
  async show(moment: AnswerMoment): Promise<boolean> {
    const events = this.#replay.advance(moment);
    if (events.length > 0 && !this.gone && !this.raw.write(encodeEvents(events))) {
      await Promise.race([once(this.raw, 'drain'), this.closed]);
    }
    return this.#replay.over;
  }

  finish(message: MessageView): void {
    clearInterval(this.#heartbeat);
    if (!this.gone) this.raw.end(`event: answer\ndata: ${JSON.stringify({ type: 'answer', message })}\n\n`);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    if (!this.gone) this.raw.end();
  }
}

function momentOf(message: MessageView): AnswerMoment {
  const blocks = message.blocks ?? (message.content === '' ? [] : [{ type: 'text', text: message.content }]);
  return {
    status: message.status,
    // As the answer's process stored them.
    blocks: blocks as AnswerMoment['blocks'],
    model: message.served_model ?? message.model ?? '',
    inputTokens: message.input_tokens ?? 0,
    outputTokens: message.output_tokens ?? 0,
    cacheReadTokens: message.cache_read_tokens ?? 0,
    cacheWriteTokens: message.cache_write_tokens ?? 0,
    stopReason: message.stop_reason,
    error: message.error,
  };
}
