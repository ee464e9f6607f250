import { Inject, Injectable } from '@nestjs/common';
import {
  pageOf,
  pageWindow,
  type ConfigChangesQueryDto,
  type ConfigChangeView,
  type ConfigView,
  type Page,
  type ProviderFileView,
  type UpdateConfigDto,
} from '@ccs/dto';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { RoutingSettings } from '../config/provider-file.js';
import { VersionConflictError } from '../errors/caller-errors.js';
import { DEFAULT_LOG_SETTINGS } from '../telemetry/call-log.js';
import { ConfigChangeRepository } from './config-change.repository.js';
import type { ChangeAuthor } from './config-change.js';
import { checkRouting } from './entry-checks.js';
import { GatewayConfigRepository } from './gateway-config.repository.js';
import { ProviderFileStatus } from './provider-file-state.js';
import type { StoredRouting } from './settings.repository.js';

/** Blocks of which a request may set single fields. */
const BLOCKS = ['circuit_breaker', 'observability'] as const;

/** The settings of the whole gateway as people see and change them. */
@Injectable()
export class GatewayConfig {
  constructor(
    private readonly repository: GatewayConfigRepository,
    private readonly history: ConfigChangeRepository,
    private readonly fileStatus: ProviderFileStatus,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async get(): Promise<ConfigView> {
    return this.view(await this.repository.read());
  }

  /** @throws VersionConflictError, ValidationFailedError */
  async update(dto: UpdateConfigDto, author: ChangeAuthor): Promise<ConfigView> {
    const changed = await this.repository.change((stored) => {
      if (dto.version !== undefined && dto.version !== stored.version)
        throw new VersionConflictError(this.view(stored));
      return merged(stored.routing, dto);
    }, author);
    return this.view(changed);
  }

  async changes(query: ConfigChangesQueryDto): Promise<Page<ConfigChangeView>> {
    const window = pageWindow(query);
    const actorId = query.actor_id === undefined ? undefined : Number(query.actor_id);
    const filter = { area: query.area, target: query.target, actorId };
    const { data, total } = await this.history.list(filter, window);
    return pageOf(data, total, window);
  }

  private view({ routing, version, updatedAt }: StoredRouting): ConfigView {
    const { circuit_breaker: breaker = {}, observability = {} } = routing;
    return {
      fallback_strategy: routing.fallback_strategy ?? 'priority',
      circuit_breaker: {
        failure_threshold: breaker.failure_threshold ?? 5,
        recovery_timeout: breaker.recovery_timeout ?? 60,
      },
      retry_on_zero_output_tokens: routing.retry_on_zero_output_tokens ?? true,
      retry_on_zero_output_tokens_retries: routing.retry_on_zero_output_tokens_retries ?? 3,
      model_aliases: routing.model_aliases ?? {},
      default_tier: routing.default_tier ?? 'middle',
      session_affinity: routing.session_affinity ?? true,
      observability: {
        log_level: observability.log_level ?? this.environment.logLevel,
        log_sampling_rate: observability.log_sampling_rate ?? DEFAULT_LOG_SETTINGS.samplingRate,
        slow_request_threshold_ms:
          observability.slow_request_threshold_ms ?? DEFAULT_LOG_SETTINGS.slowAfterMs ?? 0,
        enable_slow_request_alert: observability.enable_slow_request_alert ?? true,
      },
      set: setFields(routing),
      version,
      updated_at: updatedAt?.toISOString() ?? null,
      provider_file: this.fileView(),
    };
  }

  private fileView(): ProviderFileView {
    const { status, problems, warnings, since } = this.fileStatus.current;
    return {
      path: this.environment.providerConfigPath,
      hot_reload: this.environment.configHotReload,
      status,
      problems,
      warnings,
      since: since?.toISOString() ?? null,
    };
  }
}

/** @throws ValidationFailedError */
function merged(stored: RoutingSettings, { version: _, ...given }: UpdateConfigDto): RoutingSettings {
  const fields = Object.entries(given).filter(([, value]) => value !== undefined);
  const wanted: Record<string, unknown> = { ...stored, ...Object.fromEntries(fields) };
  for (const block of BLOCKS) {
    const value = given[block];
    if (value !== undefined && value !== null) wanted[block] = withoutNulls({ ...stored[block], ...value });
  }
  const set = withoutNulls(wanted);
  const named = Object.fromEntries(
    fields.filter(([key]) => set[key] !== undefined).map(([key]) => [key, set[key]]),
  );
  return { ...set, ...checkRouting(named) };
}

const withoutNulls = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

/** `circuit_breaker.recovery_timeout` for a field of a block. */
function setFields(routing: RoutingSettings): readonly string[] {
  return Object.entries(routing)
    .flatMap(([key, value]: [string, unknown]) =>
      BLOCKS.some((block) => block === key) && typeof value === 'object' && value !== null
        ? Object.keys(value).map((field) => `${key}.${field}`)
        : [key],
    )
    .sort();
}
