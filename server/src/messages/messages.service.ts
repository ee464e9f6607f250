import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LossRefusedError } from '../converters/refuse-losses.js';
import { GatewayError } from '../errors/gateway-error.js';
import { toGatewayError } from '../http/to-gateway-error.js';
import { CallLimits, type Admission } from '../limits/call-limits.js';
import type { CatalogProvider, CatalogSnapshot } from '../providers/catalog-provider.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { CallLog } from '../telemetry/call-log.js';
import { Metrics, type FinishedCall } from '../telemetry/metrics.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { UsageRecorder } from '../usage/usage-recorder.js';
import type { AttemptResult } from './attempt-result.js';
import { Attempts } from './attempts.js';
import { endingOf, refusal } from './call-ending.js';
import { CallRouting } from './call-routing.js';
import { lossHeader } from './loss-header.js';
import type { MessageCall } from './message-call.js';

/** The story of one call: route, admit, attempt, pass on, count, record. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly routing: CallRouting,
    private readonly limits: CallLimits,
    private readonly attempts: Attempts,
    private readonly metrics: Metrics,
    private readonly log: CallLog,
    private readonly usage: UsageRecorder,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Answers the call, whatever happens; never rejects. */
  async answer(call: MessageCall): Promise<void> {
    try {
      this.usage.refuseUnrecorded();
      const catalog = this.catalog.snapshot();
      const routed = this.routing.route(call, catalog);
      const admission = await this.limits.admit(call, routed.route);
      call.answer.addHeaders(admission.headers);
      const result = await this.#attempt(call, admission, catalog);
      this.routing.remember(routed, result);
      this.#conclude(call, result);
      await call.usage.finish(endingOf(call, result));
    } catch (thrown) {
      const error = toGatewayError(thrown);
      this.#refuse(call, error);
      await call.usage.finish(refusal(call, error));
    } finally {
      // Recorded: the last byte may go.
      call.answer.release();
    }
  }

  /** What was held for the call is given back, whatever its end. */
  async #attempt(
    call: MessageCall,
    admission: Admission<CatalogProvider>,
    catalog: CatalogSnapshot,
  ): Promise<AttemptResult> {
    let attempts: AttemptResult['attempts'] = [];
    try {
      const result = await this.attempts.run(call, admission.route, catalog);
      attempts = result.attempts;
      return result;
    } finally {
      admission.settle(attempts);
    }
  }

  #conclude(call: MessageCall, { target, outcome, attempts, headers, losses }: AttemptResult): void {
    const durationMs = performance.now() - call.startedAt;
    this.#count(call, { provider: target?.provider.name ?? null, outcome: outcome.kind, durationMs, losses });
    const event = {
      requestId: call.id,
      userId: call.principal.userId,
      keyId: call.principal.keyId,
      model: call.request.model,
      provider: target?.provider.name,
      target: target?.model,
      attempts: attempts.length,
      durationMs: Math.round(durationMs),
      usage: outcome.usage,
      ...(losses.length === 0 ? {} : { losses }),
    };
    switch (outcome.kind) {
      case 'answered':
        this.log.answered({ ...event, status: outcome.status });
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
    const losses = error instanceof LossRefusedError ? error.losses : [];
    const durationMs = performance.now() - call.startedAt;
    // Nothing was lost: the losses of a refused call count as its reason only.
    this.#count(call, { provider: null, outcome: 'refused', durationMs, losses: [] });
    const event = {
      requestId: call.id,
      userId: call.principal.userId,
      model: call.request.model,
      code: error.code,
      ...(losses.length === 0 ? {} : { losses }),
    };
    if (error.status >= 500) this.logger.error({ ...event, err: error.cause ?? error }, 'call refused');
    else this.logger.info({ ...event, detail: error.message }, 'call refused');
    const headers = { 'request-id': call.id, 'x-ccs-request-id': call.id };
    call.answer.fail(error, { ...headers, ...lossHeader(call.headers, losses) });
  }

  #count(call: MessageCall, ended: Omit<FinishedCall, 'firstByteMs'>): void {
    const { committedAt } = call.answer;
    this.metrics.countCall({
      ...ended,
      firstByteMs: committedAt === null ? null : committedAt - call.startedAt,
    });
  }
}
