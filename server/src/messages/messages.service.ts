import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { GatewayError } from '../errors/gateway-error.js';
import { toGatewayError } from '../http/to-gateway-error.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { routeModel, type Route } from '../routing/model-router.js';
import { readRoutingHeaders } from '../routing/read-routing-headers.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { Attempts, type AttemptResult } from './attempts.js';
import type { MessageCall } from './message-call.js';

/** The story of one call: route, attempt, pass on, count. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly attempts: Attempts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Answers the call, whatever happens; never rejects. */
  async answer(call: MessageCall): Promise<void> {
    try {
      const result = await this.attempts.run(call, this.#route(call));
      this.#conclude(call, result);
    } catch (thrown) {
      this.#refuse(call, toGatewayError(thrown));
    }
  }

  #route(call: MessageCall): Route<CatalogProvider> {
    const table = this.catalog.snapshot();
    const request = { model: call.request.model, ...readRoutingHeaders(call.headers) };
    return routeModel(request, table, { random: Math.random, latencyMs: () => undefined });
  }

  #conclude(call: MessageCall, { target, outcome, attempts, headers }: AttemptResult): void {
    const event = {
      requestId: call.id,
      userId: call.principal.userId,
      keyId: call.principal.keyId,
      model: call.request.model,
      provider: target.provider.name,
      target: target.model,
      attempts,
      durationMs: Math.round(performance.now() - call.startedAt),
      usage: outcome.usage,
    };
    switch (outcome.kind) {
      case 'answered':
        this.logger.info({ ...event, status: outcome.status }, 'call answered');
        return;
      case 'client_gone':
        this.logger.info(event, 'client gone');
        return;
      case 'failed':
        this.logger.warn(
          { ...event, status: outcome.error.status, code: outcome.error.code, detail: outcome.error.message },
          'call failed',
        );
        if (outcome.committed) return;
        if (outcome.passOn !== undefined && !call.answer.started) outcome.passOn(headers);
        else call.answer.fail(outcome.error, headers);
        return;
      default:
        outcome satisfies never;
    }
  }

  #refuse(call: MessageCall, error: GatewayError): void {
    const event = {
      requestId: call.id,
      userId: call.principal.userId,
      model: call.request.model,
      code: error.code,
    };
    if (error.status >= 500) this.logger.error({ ...event, err: error.cause ?? error }, 'call refused');
    else this.logger.info({ ...event, detail: error.message }, 'call refused');
    call.answer.fail(error, { 'request-id': call.id, 'x-ccs-request-id': call.id });
  }
}
