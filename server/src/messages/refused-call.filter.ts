import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { refusedPrincipal } from '../auth/request-principal.js';
import { ErrorFilter } from '../http/error.filter.js';
import { toGatewayError } from '../http/to-gateway-error.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { UsageRecorder } from '../usage/usage-recorder.js';
import { usageCall } from './usage-call.js';

/** Calls of known callers that were refused before they became a `MessageCall` are recorded, too. */
@Catch()
@Injectable()
export class RefusedCallFilter implements ExceptionFilter {
  private readonly answers: ErrorFilter;

  constructor(
    private readonly usage: UsageRecorder,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.answers = new ErrorFilter(logger);
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const principal = refusedPrincipal(request, thrown);
    if (principal !== null) {
      const error = toGatewayError(thrown, request.headers['content-type']);
      const now = performance.now();
      this.usage.refuse(usageCall(request, principal, now), {
        target: null,
        status: 'refused',
        httpStatus: error.status,
        errorCode: error.code,
        usage: null,
        firstEventAt: null,
        endedAt: now,
        losses: [],
        candidates: [],
        trace: [],
      });
    }
    this.answers.catch(thrown, host);
  }
}
