import { Injectable } from '@nestjs/common';
import type { Loss, LossCode } from '../converters/loss.js';
import { refuseLosses } from '../converters/refuse-losses.js';
import { headerSafe } from '../http/header-safe.js';
import type { Route } from '../routing/model-router.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { lossHeader } from './loss-header.js';
import { MessageHandlerRegistry } from './message-handler-registry.js';
import type { AttemptOutcome, MessageCall, MessageTarget } from './message-call.js';

export interface AttemptResult {
  readonly target: MessageTarget;
  readonly outcome: AttemptOutcome;
  /** Upstream requests made for the call. */
  readonly attempts: number;
  /** Headers that tell the client who answered. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the last attempt's conversion, each once. */
  readonly losses: readonly LossCode[];
}

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
    const outcome = await prepared.run(headers);
    return { target, outcome, attempts: 1, headers, losses };
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
