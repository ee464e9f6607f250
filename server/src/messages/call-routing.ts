import { Injectable } from '@nestjs/common';
import { CallRouter } from '../providers/call-router.js';
import type { CatalogProvider, CatalogSnapshot } from '../providers/catalog-provider.js';
import type { Route } from '../routing/model-router.js';
import { SessionAffinity, sessionIdOf } from '../routing/session-affinity.js';
import type { AttemptResult } from './attempt-result.js';
import type { MessageCall } from './message-call.js';

export interface RoutedCall {
  readonly route: Route<CatalogProvider>;
  /** Under which the target that answers is remembered; null: nothing is. */
  readonly stay: string | null;
}

/** Finds the targets of a call, the one that answered its session last in front. */
@Injectable()
export class CallRouting {
  constructor(
    private readonly router: CallRouter,
    private readonly affinity: SessionAffinity,
  ) {}

  /** @throws as `CallRouter.route` */
  route(call: MessageCall, catalog: CatalogSnapshot): RoutedCall {
    const route = this.router.route(call.request.model, call.headers, catalog);
    const stay = catalog.sessionAffinity && !route.explicit ? stayOf(call, route) : null;
    if (stay === null) return { route, stay };
    const targets = this.affinity.prefer(stay, route.targets, performance.now());
    return { route: targets === route.targets ? route : { ...route, targets }, stay };
  }

  /** The call is over: who answered it stays with its session. */
  remember({ stay }: RoutedCall, { target, outcome }: AttemptResult): void {
    if (stay === null || target === null || outcome.kind !== 'answered') return;
    this.affinity.keep(stay, target, performance.now());
  }
}

function stayOf({ headers, request, principal }: MessageCall, route: Route<CatalogProvider>): string | null {
  const session = sessionIdOf(headers['x-claude-code-session-id'], request.parsed.metadata?.user_id);
  if (session === null) return null;
  const tier = route.targets[0]?.tier ?? request.model;
  return `${principal.userId} ${principal.keyId ?? ''} ${tier} ${session}`;
}
