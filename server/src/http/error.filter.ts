import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { isDataPlane } from './dialect-of-route.js';
import { toProblem } from './problem.js';
import { toGatewayError } from './to-gateway-error.js';

/** Every error before the first byte of an answer, in the caller's dialect. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toGatewayError(thrown, request.headers['content-type']);
    if (error.status >= 500) {
      this.logger.error(
        { requestId: request.id, code: error.code, err: error.cause ?? error },
        'request failed',
      );
    }
    if (reply.sent || reply.raw.headersSent) return;
    // Fastify wants to close a connection whose body is too large. With unread bytes that is a reset, and the client
    // would never see the answer: without the header Node reads the rest away (bounded by the request timeout).
    if (error.status === 413) void reply.removeHeader('connection');
    void reply.code(error.status).headers({ 'request-id': request.id, ...error.headers });
    if (isDataPlane(request.url)) {
      void reply
        .header('x-ccs-request-id', request.id)
        .type('application/json')
        .send(JSON.stringify(error.toAnthropicBody(request.id)));
    } else {
      void reply.type('application/problem+json').send(JSON.stringify(toProblem(error, request.id)));
    }
  }
}
