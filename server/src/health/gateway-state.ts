import { Injectable } from '@nestjs/common';
import { StreamRegistry } from '../http/stream-registry.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { UsageJournal } from '../usage/usage-journal.js';
import { degraded, down, up, type DependencyState, type DependencyStates } from './dependency-state.js';
import { EventLoopWatchdog } from './event-loop-watchdog.js';

/** Whether this process can take calls. Reads memory only; `down` takes it out of service. */
@Injectable()
export class GatewayState {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly streams: StreamRegistry,
    private readonly journal: UsageJournal,
    private readonly loop: EventLoopWatchdog,
  ) {}

  read(): DependencyStates {
    return {
      snapshot: this.snapshot(),
      draining: this.streams.draining ? down({ open: this.streams.openCount }) : up(),
      journal: this.journalState(),
      event_loop: this.eventLoop(),
    };
  }

  private snapshot(): DependencyState {
    const { version, providers } = this.catalog.snapshot();
    return version > 0 ? up({ version, providers: providers.length }) : down({ version });
  }

  private journalState(): DependencyState {
    if (this.journal.refusesCalls) return down({ writable: false, refuses_calls: true });
    return this.journal.writable ? up({ writable: true }) : degraded({ writable: false });
  }

  private eventLoop(): DependencyState {
    const details = { delay_ms: Math.round(this.loop.delayMs) };
    return this.loop.stuck ? down(details) : up(details);
  }
}
