import { Injectable } from '@nestjs/common';
import type { MessagesRequest } from '@ccs/wire';
import type { Principal } from '../auth/principal.js';
import { CapturedAnswer } from '../capture/captured-answer.js';
import { Captures } from '../capture/captures.js';
import type { AnswerSink } from '../http/answer-writer.js';
import { UsageRecorder } from '../usage/usage-recorder.js';
import { CallRequest } from './call-request.js';
import { MessagesService } from './messages.service.js';

/** A call the gateway makes by itself for somebody. */
export interface OwnCall {
  /** `req_…` with a UUIDv7. */
  readonly id: string;
  readonly principal: Principal;
  /** Valid (`validateMessagesRequest`). */
  readonly request: MessagesRequest;
  /** What a client would send: routing, session, name of the client. */
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: AnswerSink;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/** The way of `POST /v1/messages` from within: the same routing, limits, failover and accounting, without HTTP. */
@Injectable()
export class OwnCalls {
  constructor(
    private readonly messages: MessagesService,
    private readonly usage: UsageRecorder,
    private readonly captures: Captures,
  ) {}

  /** Settles when the call is over and recorded; never rejects. */
  async answer({ request, answer, ...call }: OwnCall): Promise<void> {
    const { id, principal, headers } = call;
    const { model, stream, metadata } = request;
    const asked = new CallRequest(request, Buffer.from(JSON.stringify(request)));
    const startedAt = performance.now();
    const capture = this.captures.open(principal, id, asked);
    await this.messages.answer({
      ...call,
      answer: capture === null ? answer : new CapturedAnswer(answer, capture),
      capture,
      request: asked,
      query: '',
      startedAt,
      usage: this.usage.open({ id, principal, model, stream: stream === true, metadata, headers, startedAt }),
    });
    if (capture !== null) this.captures.keep(capture);
  }
}
