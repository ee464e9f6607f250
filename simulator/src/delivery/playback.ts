import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AnswerRecord } from '../ledger/answer-record.js';
import type { DeliveryPlan, PlannedWrite } from './delivery-plan.js';
import type { Gates } from './gates.js';

export interface PlaybackContext {
  readonly gates: Gates;
  readonly record: AnswerRecord | undefined;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
}

/** A stalled client or a gate does not earn a burst afterwards. */
const LARGEST_LAG_MS = 20;

/**
 * Sends one planned answer. Writes go to the socket itself, so that one planned write is one socket write and
 * the bytes need no further framing; the response object keeps the connection's book (keep-alive, `finish`).
 * Each write has its own turn of the event loop, waits for `drain`, and stops when the peer is gone.
 */
export class Playback {
  #next = 0;
  #passedGates = 0;
  #over = false;
  #dueMs = performance.now();
  #cancelWait: (() => void) | undefined;

  constructor(
    private readonly plan: DeliveryPlan,
    private readonly response: ServerResponse,
    private readonly context: PlaybackContext,
  ) {}

  start(): void {
    const { response } = this;
    response.once('close', () => this.#closed());
    if (response.destroyed) {
      this.#closed();
      return;
    }
    // A pipelined request has no socket before its predecessor is answered.
    if (response.socket === null) response.once('socket', (socket: Socket) => this.#begin(socket));
    else this.#begin(response.socket);
  }

  #begin(socket: Socket): void {
    const { headersAfterMs } = this.plan.delays;
    if (headersAfterMs === 0) this.#sendHeaders(socket);
    else this.#after(headersAfterMs, () => this.#sendHeaders(socket));
  }

  #sendHeaders(socket: Socket): void {
    const { headers, status, delays } = this.plan;
    if (headers !== null) {
      this.response.writeHead(status, headers);
      this.context.record?.headersSent(status);
    }
    const waits = delays.firstFrameAfterMs > 0 || this.plan.gates.has(0) || this.plan.writes.length === 0;
    if (waits && headers !== null) this.response.flushHeaders();
    this.#after(delays.firstFrameAfterMs, () => this.#step(socket));
  }

  readonly #step = (socket: Socket): void => {
    if (this.#over || this.#waitsAtGate(socket)) return;
    const write = this.plan.writes[this.#next];
    if (write === undefined) {
      this.#end(socket);
      return;
    }
    this.#next += 1;
    const flushed = this.#write(socket, write);
    if (
      this.#next === this.plan.writes.length &&
      this.plan.end === 'eof' &&
      !this.plan.gates.has(this.#next)
    ) {
      this.#end(socket);
      socket.uncork();
      return;
    }
    socket.uncork();
    if (flushed) this.#after(this.#pauseAfter(write), () => this.#step(socket));
    else this.#onDrain(socket, write);
  };

  /** Leaves the socket corked, so that head, bytes and end can share a packet. */
  #write(socket: Socket, write: PlannedWrite): boolean {
    socket.cork();
    if (this.plan.headers !== null && this.#next === 1) this.response.flushHeaders();
    const flushed = write.wire.length === 0 || socket.write(write.wire);
    this.context.record?.wrote(write.bodyBytes, write.frames);
    return flushed;
  }

  #waitsAtGate(socket: Socket): boolean {
    const name = this.plan.gates.get(this.#next)?.[this.#passedGates];
    if (name === undefined) {
      this.#passedGates = 0;
      return false;
    }
    this.#cancelWait = this.context.gates.wait(name, () => {
      this.#cancelWait = undefined;
      this.#passedGates += 1;
      this.#step(socket);
    });
    return true;
  }

  #onDrain(socket: Socket, write: PlannedWrite): void {
    const goOn = (): void => this.#after(this.#pauseAfter(write), () => this.#step(socket));
    socket.once('drain', goOn);
    this.#cancelWait = () => socket.off('drain', goOn);
  }

  #pauseAfter({ tokens }: PlannedWrite): number {
    const { betweenFramesMs, msPerToken } = this.plan.delays;
    return this.#next < this.plan.writes.length ? betweenFramesMs + tokens * msPerToken : 0;
  }

  #end(socket: Socket): void {
    switch (this.plan.end) {
      case 'eof':
        this.#endProperly(socket);
        return;
      case 'hang':
        return;
      case 'cut':
        this.#finishRecord('cut');
        socket.destroySoon();
        return;
      case 'reset':
        // What was written has to reach the peer before the RST: a full send buffer would be thrown away.
        if (socket.writableLength > 0) this.#after(1, () => this.#end(socket));
        else {
          this.#finishRecord('cut');
          socket.resetAndDestroy();
        }
        return;
      default:
        this.plan.end satisfies never;
    }
  }

  #endProperly(socket: Socket): void {
    if (this.plan.headers === null) {
      this.#finishRecord('completed');
      socket.destroySoon();
      return;
    }
    this.response.once('finish', () => {
      this.#finishRecord('completed');
      if (this.plan.closesSocket) socket.destroySoon();
    });
    this.response.end();
  }

  /**
   * Never in the same turn of the event loop, and from one immediate to the next: a client in this very process
   * gets to read between two writes.
   */
  #after(delayMs: number, goOn: () => void): void {
    const { jitterMs } = this.plan.delays;
    if (delayMs === 0) {
      setImmediate(() => this.#unlessOver(goOn));
      return;
    }
    // Counted from when the last step was due: a rate stays right although timers know only milliseconds.
    const nowMs = performance.now();
    const waitMs = delayMs + (jitterMs > 0 ? this.context.random() * jitterMs : 0);
    this.#dueMs = Math.max(this.#dueMs, nowMs - LARGEST_LAG_MS) + waitMs;
    if (this.#dueMs <= nowMs) {
      setImmediate(() => this.#unlessOver(goOn));
      return;
    }
    const timer = setTimeout(() => this.#unlessOver(goOn), this.#dueMs - nowMs);
    this.#cancelWait = () => clearTimeout(timer);
  }

  #unlessOver(goOn: () => void): void {
    if (!this.#over) goOn();
  }

  #finishRecord(outcome: 'completed' | 'cut'): void {
    this.#over = true;
    this.context.record?.ended(outcome);
  }

  #closed(): void {
    this.#cancelWait?.();
    if (this.#over) return;
    this.#over = true;
    this.context.record?.ended('aborted');
  }
}
