import type { IncomingHttpHeaders } from 'node:http';
import type { Usage } from '@ccs/wire';
import type { Loss } from '../converters/loss.js';
import type { CallCapture } from '../capture/call-capture.js';
import type { Principal } from '../auth/principal.js';
import type { GatewayError } from '../errors/gateway-error.js';
import type { UpstreamError } from '../errors/upstream-error.js';
import type { AnswerSink } from '../http/answer-writer.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import type { Target } from '../routing/routable-provider.js';
import type { OpenCall } from '../usage/open-call.js';
import type { CallRequest } from './call-request.js';

/** One `POST /v1/messages`, from the guard to the last byte. */
export interface MessageCall {
  readonly id: string;
  readonly principal: Principal;
  readonly request: CallRequest;
  readonly headers: IncomingHttpHeaders;
  /** Query of the client's URL without `?`, or ''. */
  readonly query: string;
  readonly answer: AnswerSink;
  /** What is recorded of it. */
  readonly usage: OpenCall;
  /** Keeps its bodies; null: nobody asked for that. */
  readonly capture: CallCapture | null;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly startedAt: number;
}

export type MessageTarget = Target<CatalogProvider>;

/** How one try at one target ended. */
export type AttemptOutcome = Ended | EmptyAnswer | Failed<UpstreamError>;

/** How a call ended: as its last attempt did, or without any, by an error of the gateway's own. */
export type CallOutcome = Ended | Failed<GatewayError>;

export type FailedAttempt = Failed<UpstreamError>;

type Ended =
  | { readonly kind: 'answered'; readonly status: number; readonly usage: Usage | null }
  | { readonly kind: 'client_gone'; readonly usage: Usage | null };

/** A whole answer without any output: no text, no thinking, no tool call. Nothing of it has gone out yet. */
export interface EmptyAnswer {
  readonly kind: 'empty';
  readonly usage: Usage | null;
  /** Sends it after all. */
  deliver(headers: Readonly<Record<string, string>>): void;
}

interface Failed<E extends GatewayError> {
  readonly kind: 'failed';
  readonly error: E;
  /** An event had gone out: no other target may be tried, the client has the error already. */
  readonly committed: boolean;
  readonly usage: Usage | null;
  /** Writes the provider's own error answer instead of ours, where the dialect allows it (T6). */
  readonly passOn?: (headers: Readonly<Record<string, string>>) => void;
}

/** What there is to tell of an attempt that is over. */
export interface AttemptReport {
  readonly outcome: AttemptOutcome;
  /** When its first event with meaning, or its whole answer, had come, by `performance.now()`; null: none came. */
  readonly firstEventAt: number | null;
}

/** Hears of an attempt while it runs. */
export interface AttemptWatcher {
  /**
   * The first event with meaning has come, or the whole answer; called at most once.
   *
   * @param at by `performance.now()`
   */
  firstEvent(at: number): void;
}

/** A request that is ready for one target. */
export interface PreparedAttempt {
  /** What its conversion dropped, clamped or replaced. */
  readonly losses: readonly Loss[];
  /** Sends it; called at most once. Settles when the answer is over, whatever its end. */
  run(headers: Readonly<Record<string, string>>, watcher: AttemptWatcher): Promise<AttemptReport>;
}

/** One dialect's way to answer a call from a target. One per dialect, found by `MessageHandlerRegistry`. */
export interface MessageHandler {
  readonly dialect: CatalogProvider['dialect'];
  /**
   * Makes the request for a target; nothing is sent yet.
   *
   * @throws caller errors of the conversion
   */
  prepare(call: MessageCall, target: MessageTarget): PreparedAttempt;
}

export const MESSAGE_HANDLERS = Symbol('MESSAGE_HANDLERS');
