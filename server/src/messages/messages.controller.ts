import { Controller, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestPrincipal } from '../auth/request-principal.js';
import { KeyAccess } from '../auth/access.decorators.js';
import { CapturedAnswer } from '../capture/captured-answer.js';
import { Captures } from '../capture/captures.js';
import { validateMessagesRequest } from '../converters/anthropic-openai/validate-request.js';
import { DrainingError } from '../errors/gateway-state-errors.js';
import { AnswerWriter } from '../http/answer-writer.js';
import { StreamRegistry } from '../http/stream-registry.js';
import { UsageRecorder } from '../usage/usage-recorder.js';
import { CallRequest } from './call-request.js';
import { MessagesService } from './messages.service.js';
import { RefusedCallFilter } from './refused-call.filter.js';
import { usageCall } from './usage-call.js';

const CLIENT_GONE = 'the client has gone';

/**
 * `POST /v1/messages`. The body is read from the request and not through `@Body`, so that no pipe copies it;
 * the reply is hijacked, and from then on answers and errors alike go through the call's `AnswerWriter`.
 */
@Controller()
@UseFilters(RefusedCallFilter)
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly streams: StreamRegistry,
    private readonly usage: UsageRecorder,
    private readonly captures: Captures,
  ) {}

  @Post(['v1/messages', 'v1/v1/messages'])
  @KeyAccess()
  create(@Req() req: FastifyRequest, @Res() reply: FastifyReply): void {
    if (this.streams.draining) throw new DrainingError();
    const bytes = req.rawBody ?? Buffer.alloc(0);
    const request = new CallRequest(validateMessagesRequest(req.body), bytes);
    const principal = requestPrincipal(req);
    const startedAt = performance.now();
    const usage = this.usage.open(usageCall(req, principal, startedAt));
    // Fastify holds on to the request until its answer is over: not to its body as well.
    req.body = req.rawBody = undefined;
    reply.hijack();
    this.streams.add(reply.raw);
    const gone = new AbortController();
    const question = req.raw.url?.indexOf('?') ?? -1;
    // With a reason of our own: without one each abort would make an exception with a stack.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort(CLIENT_GONE);
    });
    const writer = new AnswerWriter(reply.raw, req.id);
    const capture = this.captures.open(principal, req.id, request);
    const answered = this.messages.answer({
      id: req.id,
      principal,
      request,
      headers: req.headers,
      query: question < 0 ? '' : (req.raw.url ?? '').slice(question + 1),
      answer: capture === null ? writer : new CapturedAnswer(writer, capture),
      capture,
      signal: gone.signal,
      startedAt,
      usage,
    });
    if (capture !== null) void answered.then(() => this.captures.keep(capture));
  }
}
