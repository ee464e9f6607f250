import { Injectable } from '@nestjs/common';
import type { CatalogProvider, CatalogSnapshot } from '../providers/catalog-provider.js';
import { ProviderHealthBoard } from '../providers/provider-health-board.js';
import type { Route } from '../routing/model-router.js';
import { AttemptRun } from './attempt-run.js';
import type { AttemptResult } from './attempt-result.js';
import { MessageHandlerRegistry } from './message-handler-registry.js';
import type { MessageCall } from './message-call.js';

/**
 * Tries the targets of a route until one answers. Everything before the commit point, the first event sent
 * to the client, may be tried again elsewhere; what comes after it may not.
 */
@Injectable()
export class Attempts {
  constructor(
    private readonly handlers: MessageHandlerRegistry,
    private readonly board: ProviderHealthBoard,
  ) {}

  /**
   * @param settings of the snapshot the route was made from
   * @throws caller errors of the conversion
   */
  run(
    call: MessageCall,
    route: Route<CatalogProvider>,
    settings: Pick<CatalogSnapshot, 'breaker' | 'emptyAnswerRetries'>,
  ): Promise<AttemptResult> {
    return new AttemptRun(call, route, settings, this.handlers, this.board).run();
  }
}
