import { Injectable } from '@nestjs/common';
import type {
  ConnectionTest,
  DiscoveredModels,
  ProviderTestResult,
  TestDepth,
  TestUnsavedProviderDto,
  TierTest,
} from '@ccs/dto';
import { UpstreamPools } from '../provider-clients/upstream-pools.js';
import { Secret } from '../config/secret.js';
import { ConflictError, NotFoundError } from '../errors/caller-errors.js';
import { CatalogBuilder } from './catalog-builder.js';
import type { CatalogProvider } from './catalog-provider.js';
import { ProviderAdministration } from './provider-administration.js';
import {
  ProviderAdministrationRepository,
  type ProviderChoice,
} from './provider-administration.repository.js';
import { triedProvider } from './provider-edit.js';
import { ProviderProbe, type CallProbe, type ModelsProbe } from './provider-probe.js';
import { testFailure } from './provider-test-words.js';
import { ENTRY_KEYS } from './provider-writer.repository.js';
import type { StoredProvider } from './stored-provider.js';

/** Enough for a word, also for models that think first. */
const MAX_TOKENS = 16;

/** A part of a test that is over, told as soon as it is. */
export type TestStep =
  | { readonly step: 'connection'; readonly result: ConnectionTest }
  | { readonly step: 'tier'; readonly tier: string; readonly result: TierTest };

export interface TestOptions {
  readonly depth: TestDepth;
  /** Undefined: all. */
  readonly tiers: readonly string[] | undefined;
  readonly signal: AbortSignal;
  readonly onStep: (step: TestStep) => void;
}

/** Numbers of providers that are stored nowhere; they tell their connections apart. */
let lastUnsavedId = 0;

/** Live tests: real requests to the provider, made because somebody asked for them. */
@Injectable()
export class ProviderTests {
  constructor(
    private readonly administration: ProviderAdministration,
    private readonly repository: ProviderAdministrationRepository,
    private readonly builder: CatalogBuilder,
    private readonly probe: ProviderProbe,
    private readonly pools: UpstreamPools,
  ) {}

  /** Of a stored one, also while it is switched off. @throws NotFoundError, ConflictError */
  async test(choice: ProviderChoice, options: TestOptions): Promise<ProviderTestResult> {
    return this.run(this.built(await this.administration.one(choice)), options);
  }

  /** Of one that is in a form. @throws ValidationFailedError, NotFoundError */
  async testUnsaved(dto: TestUnsavedProviderDto, options: TestOptions): Promise<ProviderTestResult> {
    return this.withUnsaved(dto, (provider) => this.run(provider, options));
  }

  /** @throws UpstreamError when the provider has no list */
  async discover(choice: ProviderChoice, signal: AbortSignal): Promise<DiscoveredModels> {
    return this.list(this.built(await this.administration.one(choice)), signal);
  }

  /** @throws UpstreamError when the provider has no list */
  async discoverUnsaved(dto: TestUnsavedProviderDto, signal: AbortSignal): Promise<DiscoveredModels> {
    return this.withUnsaved(dto, (provider) => this.list(provider, signal));
  }

  /** As if it were switched on: what else stands in its way is what a test should tell. */
  private built(stored: StoredProvider): CatalogProvider {
    return this.builder.buildOne({ ...stored, enabled: true });
  }

  private async list(provider: CatalogProvider, signal: AbortSignal): Promise<DiscoveredModels> {
    if (provider.disabledReason !== null) throw new ConflictError(unusableWords(provider));
    const { models, error, durationMs } = await this.probe.models(provider, signal);
    if (error !== null) throw error;
    if (models === null) throw new NotFoundError(`Provider ${provider.name} has no list of its models`);
    return { models, duration_ms: durationMs };
  }

  private async withUnsaved<T>(
    dto: TestUnsavedProviderDto,
    work: (provider: CatalogProvider) => Promise<T>,
  ): Promise<T> {
    this.administration.checkAddress(dto.base_url);
    const stored = dto.id === undefined ? null : await this.repository.findById(dto.id);
    if (dto.id !== undefined && stored === null) throw new NotFoundError(`There is no provider ${dto.id}`);
    const { entry } = triedProvider(dto, stored);
    lastUnsavedId -= 1;
    const provider = this.builder.buildOne(unsaved(lastUnsavedId, entry, stored));
    try {
      return await work(provider);
    } finally {
      this.pools.release(provider);
    }
  }

  private async run(provider: CatalogProvider, options: TestOptions): Promise<ProviderTestResult> {
    const startedAt = performance.now();
    const isUsable = provider.disabledReason === null;
    const connection = isUsable
      ? connectionTest(provider, await this.probe.models(provider, options.signal))
      : unusable(provider);
    options.onStep({ step: 'connection', result: connection });
    const categories =
      options.depth === 'connection' || !isUsable ? {} : await this.testTiers(provider, options);
    const tiers = Object.entries(categories);
    const broken = tiers.filter(([, tier]) => !tier.healthy).map(([name]) => name);
    const healthy = tiers.length === 0 ? connection.healthy : broken.length === 0;
    return {
      success: true,
      healthy,
      depth: options.depth,
      name: provider.name,
      api_format: provider.dialect,
      connection,
      categories,
      responseTime: Math.round(performance.now() - startedAt),
      message: messageOf(provider, connection, tiers, broken),
      tested_at: new Date().toISOString(),
    };
  }

  /** All tiers at a time, the models of each one after another; a model in several tiers is called once. */
  private async testTiers(
    provider: CatalogProvider,
    { tiers, signal, onStep }: TestOptions,
  ): Promise<Record<string, TierTest>> {
    const calls = new Map<string, Promise<CallProbe>>();
    const callOnce = (model: string): Promise<CallProbe> => {
      const call = calls.get(model) ?? this.probe.call(provider, model, { maxTokens: MAX_TOKENS, signal });
      calls.set(model, call);
      return call;
    };
    const wanted = [...provider.tiers].filter(([tier]) => tiers === undefined || tiers.includes(tier));
    const results = await Promise.all(
      wanted.map(async ([tier, models]) => {
        const result = await testTier(models, callOnce);
        onStep({ step: 'tier', tier, result });
        return [tier, result] as const;
      }),
    );
    return Object.fromEntries(results);
  }
}

async function testTier(
  models: readonly string[],
  call: (model: string) => Promise<CallProbe>,
): Promise<TierTest> {
  const tested: string[] = [];
  let last: CallProbe | null = null;
  for (const model of models) {
    last = await call(model);
    tested.push(model);
    if (last.error === null) break;
  }
  const works = last !== null && last.error === null;
  const failure = last === null || last.error === null ? null : testFailure(last.error);
  return {
    healthy: works,
    responseTime: last?.durationMs ?? null,
    testedModels: tested,
    workingModel: works ? (last?.model ?? null) : null,
    error: last === null ? 'The tier has no models' : (failure?.message ?? null),
    ttft_ms: last?.firstEventMs ?? null,
    input_tokens: last?.usage?.input_tokens ?? null,
    output_tokens: last?.usage?.output_tokens ?? null,
    failure,
  };
}

const unusableWords = ({ name, disabledReason }: CatalogProvider): string =>
  `Provider ${name} cannot be used: ${disabledReason ?? 'it is switched off'}`;

/** Nothing was sent. */
function unusable(provider: CatalogProvider): ConnectionTest {
  const hint = 'Put that right first: nothing was sent to the provider.';
  return {
    healthy: false,
    duration_ms: 0,
    status: null,
    credential_accepted: null,
    model_count: null,
    unknown_models: [],
    failure: { code: 'no_usable_provider', message: unusableWords(provider), hint },
  };
}

/** A provider without a list of models answers 404 or 405: it is there, and nothing is known of the key. */
function connectionTest(provider: CatalogProvider, probe: ModelsProbe): ConnectionTest {
  const { status, durationMs, models, error } = probe;
  const hasNoList = status === 404 || status === 405 || status === 501 || (error === null && models === null);
  const refused = status === 401 || status === 403;
  const listed = new Set(models?.map(({ id }) => id));
  const own = new Set([...provider.tiers.values()].flat());
  return {
    healthy: hasNoList || error === null,
    duration_ms: durationMs,
    status,
    credential_accepted: refused ? false : models === null ? null : true,
    model_count: models?.length ?? null,
    unknown_models: models === null ? [] : [...own].filter((model) => !listed.has(model)),
    failure: hasNoList || error === null ? null : testFailure(error),
  };
}

function messageOf(
  { name }: CatalogProvider,
  connection: ConnectionTest,
  tiers: readonly (readonly [string, TierTest])[],
  broken: readonly string[],
): string {
  if (tiers.length === 0)
    return connection.healthy ? `Provider ${name} can be reached` : (connection.failure?.message ?? '');
  if (broken.length === 0) return `Provider ${name} answers in every tier`;
  return `Provider ${name} does not answer in: ${broken.join(', ')}`;
}

type ReadyEntry = ReturnType<typeof triedProvider>['entry'];

/** As if it were stored. References that came back from the stored one are resolved as that one's are. */
function unsaved(id: number, entry: ReadyEntry, stored: StoredProvider | null): StoredProvider {
  const settings = Object.fromEntries(Object.entries(entry).filter(([key]) => SETTING_KEYS.has(key)));
  const isReference = (header: string, text: string): boolean =>
    stored?.customHeaders.some(
      ([name, before]) => name === header && before.isReference && before.text.reveal() === text,
    ) === true;
  const key = entry.api_key;
  return {
    id,
    name: entry.name,
    apiFormat: entry.api_format,
    enabled: true,
    priority: 1,
    baseUrl: {
      text: entry.base_url,
      isReference: stored?.baseUrl.isReference === true && stored.baseUrl.text === entry.base_url,
    },
    apiKey:
      key === undefined
        ? null
        : {
            text: new Secret(key),
            isReference: stored?.apiKey?.isReference === true && stored.apiKey.text.reveal() === key,
          },
    customHeaders: Object.entries(entry.custom_headers ?? {}).map(([name, value]) => [
      name,
      { text: new Secret(value), isReference: isReference(name, value) },
    ]),
    models: new Map(Object.entries(entry.models ?? {})),
    settings,
    unreadable: null,
  };
}

const COLUMNS = ['enabled', 'priority', 'base_url', 'api_key', 'custom_headers', 'models'];
const SETTING_KEYS: ReadonlySet<string> = new Set(ENTRY_KEYS.filter((key) => !COLUMNS.includes(key)));
