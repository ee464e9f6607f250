import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Dependencies } from './dependencies.js';
import type { DependencyState, DependencyStates } from './dependency-state.js';
import { GatewayState } from './gateway-state.js';

export interface ProbeAnswer {
  readonly ok: boolean;
  readonly result: HealthCheckResult;
}

/** The answers of Terminus to what is known of the gateway and of what it leans on. */
@Injectable()
export class Probes {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly gateway: GatewayState,
    private readonly dependenciesOf: Dependencies,
  ) {}

  /** Anybody may ask: one word for each, no figures. */
  ready(): Promise<ProbeAnswer> {
    const states = { ...this.gateway.read(), ...this.dependenciesOf.read() };
    return this.answer(states, (key, { status }) => ({ [key]: { status } }));
  }

  /** Looks at everything now. */
  async dependencies(): Promise<ProbeAnswer> {
    const states = { ...this.gateway.read(), ...(await this.dependenciesOf.refresh()) };
    return this.answer(states, (key, { status, details }) => {
      const indicator = this.indicators.check(key);
      return status === 'up' ? indicator.up(details) : indicator.down(details);
    });
  }

  private async answer(
    states: DependencyStates,
    tell: (key: string, state: DependencyState) => HealthIndicatorResult,
  ): Promise<ProbeAnswer> {
    const indicators = Object.entries(states).map(
      ([key, state]) =>
        () =>
          tell(key, state),
    );
    try {
      return { ok: true, result: await this.health.check(indicators) };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      // Terminus puts its result there.
      return { ok: false, result: error.getResponse() as HealthCheckResult };
    }
  }
}
