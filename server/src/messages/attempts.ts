import { Injectable } from '@nestjs/common';
import type { Loss, LossCode } from '../converters/loss.js';
import { refuseLosses } from '../converters/refuse-losses.js';
import { headerSafe } from '../http/header-safe.js';
import type { Route } from '../routing/model-router.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { classifyError } from '../resilience/error-class.js';
import { lossHeader } from './loss-header.js';
import type { AttemptResult, AttemptTrace, CandidateTrace } from './attempt-result.js';
import { MessageHandlerRegistry } from './message-handler-registry.js';
import type { AttemptReport, MessageCall, MessageTarget } from './message-call.js';

/**
 * Tries the targets of a route until one answers. Everything before the commit point, the first event sent
 * to the client, may be tried again elsewhere; what comes after it may not.
 */
@Injectable()
export class Attempts {
  constructor(private readonly handlers: MessageHandlerRegistry) {}

  async run(call: MessageCall, route: Route<CatalogProvider>): Promise<AttemptResult> {
    const target = route.targets[0];
    if (target === undefined) throw new Error('a route has at least one target');
    const prepared = this.handlers.of(target.provider.dialect).prepare(call, target);
    refuseStrictly(call, target, prepared.losses);
    const losses = [...new Set(prepared.losses.map(({ code }) => code))];
    const headers = { ...answerHeaders(call, target, 1), ...lossHeader(call.headers, losses) };
    const startedAt = performance.now();
    const report = await prepared.run(headers);
    const attempts = [traceOf(call, target, startedAt, report, losses)];
    const candidates = route.targets.map((each) =>
      candidateOf(each, each === target ? 'tried' : 'not_needed'),
    );
    return { target, outcome: report.outcome, attempts, candidates, headers, losses };
  }
}

/** The key is asked first: its owner can do something about it. */
function refuseStrictly(call: MessageCall, target: MessageTarget, losses: readonly Loss[]): void {
  if (call.principal.strict) refuseLosses(losses, 'this API key');
  if (target.provider.strict) refuseLosses(losses, `provider '${target.provider.name}'`);
}

function answerHeaders(call: MessageCall, target: MessageTarget, attempts: number): Record<string, string> {
  return {
    'request-id': call.id,
    'x-ccs-request-id': call.id,
    'x-ccs-provider': headerSafe(target.provider.name),
    'x-ccs-model': headerSafe(target.model),
    'x-ccs-attempts': String(attempts),
  };
}

function traceOf(
  call: MessageCall,
  target: MessageTarget,
  startedAt: number,
  { outcome, firstEventAt }: AttemptReport,
  losses: readonly LossCode[],
): AttemptTrace {
  const error = outcome.kind === 'failed' ? outcome.error : null;
  return {
    providerId: target.provider.id,
    provider: target.provider.name,
    dialect: target.provider.dialect,
    model: target.model,
    tier: target.tier,
    outcome: outcome.kind,
    errorClass: error === null ? null : classifyError(error),
    errorCode: error?.code ?? null,
    upstreamStatus: error?.upstreamStatus ?? null,
    startedMs: startedAt - call.startedAt,
    firstEventMs: firstEventAt === null ? null : firstEventAt - call.startedAt,
    endedMs: performance.now() - call.startedAt,
    usage: outcome.usage,
    losses,
  };
}

function candidateOf({ provider, model }: MessageTarget, fate: CandidateTrace['fate']): CandidateTrace {
  return {
    providerId: provider.id,
    provider: provider.name,
    dialect: provider.dialect,
    model,
    fate,
    reason: '',
  };
}
