import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ObservabilitySettings } from '../config/provider-file.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { CallLog, DEFAULT_LOG_SETTINGS, type LogSettings } from '../telemetry/call-log.js';
import { GatewayConfigRepository } from './gateway-config.repository.js';

/** Brings the `observability` block into force, in this process, with every change of it. */
@Injectable()
export class LogSettingsFollower implements OnModuleInit {
  constructor(
    private readonly repository: GatewayConfigRepository,
    private readonly changes: ChangeFeed,
    private readonly log: CallLog,
  ) {}

  onModuleInit(): void {
    this.changes.subscribe('providers', async () => {
      const { routing } = await this.repository.read();
      this.log.apply(logSettings(routing.observability ?? {}));
    });
  }
}

export function logSettings(block: ObservabilitySettings): LogSettings {
  const { log_level: level, log_sampling_rate: rate, slow_request_threshold_ms: threshold } = block;
  return {
    level: level ?? null,
    samplingRate: rate ?? DEFAULT_LOG_SETTINGS.samplingRate,
    slowAfterMs:
      block.enable_slow_request_alert === false ? null : (threshold ?? DEFAULT_LOG_SETTINGS.slowAfterMs),
  };
}
