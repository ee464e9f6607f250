import { Injectable } from '@nestjs/common';
import type { ApiFormat, CreateProviderDto, ProviderView, UpdateProviderDto } from '@ccs/dto';
import { ConflictError, ValidationFailedError, VersionConflictError } from '../errors/caller-errors.js';
import { EgressPolicy } from '../provider-clients/egress-policy.js';
import { CatalogBuilder } from './catalog-builder.js';
import type { ChangeAuthor } from './config-change.js';
import {
  ProviderAdministrationRepository,
  type ProviderChoice,
} from './provider-administration.repository.js';
import { changedProvider, newProvider } from './provider-edit.js';
import { providerView } from './provider-view.js';
import { ProviderRepository } from './provider.repository.js';
import type { StoredProvider } from './stored-provider.js';

/** Providers as their administrators see and change them. What was changed is in force here when a promise resolves. */
@Injectable()
export class ProviderAdministration {
  constructor(
    private readonly repository: ProviderAdministrationRepository,
    private readonly providers: ProviderRepository,
    private readonly builder: CatalogBuilder,
    private readonly egress: EgressPolicy,
  ) {}

  /** By priority. */
  async list(apiFormat: ApiFormat | undefined): Promise<readonly ProviderView[]> {
    const { providers } = await this.providers.load();
    return providers
      .filter((each) => apiFormat === undefined || each.apiFormat === apiFormat)
      .map((each) => this.view(each));
  }

  async get(choice: ProviderChoice): Promise<ProviderView> {
    return this.view(await this.one(choice));
  }

  /** As it is stored. @throws NotFoundError, ConflictError when there are two of that name */
  async one(choice: ProviderChoice): Promise<StoredProvider> {
    return only(await this.repository.find(choice));
  }

  async create(dto: CreateProviderDto, author: ChangeAuthor): Promise<ProviderView> {
    this.checkAddress(dto.base_url);
    return this.view(await this.repository.create(newProvider(dto), author));
  }

  /** @throws VersionConflictError when `version` is not the present one */
  async update(choice: ProviderChoice, dto: UpdateProviderDto, author: ChangeAuthor): Promise<ProviderView> {
    // The format tells which one is meant; what a provider speaks does not change.
    const meant = { name: choice.name, apiFormat: choice.apiFormat ?? dto.api_format };
    if (dto.base_url !== undefined) this.checkAddress(dto.base_url);
    const present = await this.one(meant);
    const { api_format: _, ...changes } = dto;
    const updated = await this.repository.update(
      { name: present.name, apiFormat: present.apiFormat },
      (stored) => {
        if (dto.version !== undefined && dto.version !== stored.row?.version)
          throw new VersionConflictError(this.view(stored));
        return changedProvider(stored, changes);
      },
      author,
    );
    return this.view(only(updated));
  }

  /** Without a format: all of that name. */
  async setEnabled(
    choice: ProviderChoice,
    enabled: boolean,
    author: ChangeAuthor,
  ): Promise<readonly ProviderView[]> {
    const updated = await this.repository.update(
      choice,
      (stored) => changedProvider(stored, { enabled }),
      author,
    );
    return updated.map((each) => this.view(each));
  }

  /** Without a format: all of that name. */
  delete(choice: ProviderChoice, author: ChangeAuthor): Promise<void> {
    return this.repository.delete(choice, author);
  }

  async order(ids: readonly number[], author: ChangeAuthor): Promise<readonly ProviderView[]> {
    await this.repository.order(ids, author);
    return this.list(undefined);
  }

  /** @throws ValidationFailedError for a host that nothing may be sent to, as far as its name tells */
  checkAddress(baseUrl: string): void {
    if (!URL.canParse(baseUrl)) return;
    const refusal = this.egress.refusalOfHost(new URL(baseUrl).hostname);
    if (refusal === null) return;
    throw new ValidationFailedError([{ pointer: '/base_url', code: 'address_not_allowed', detail: refusal }]);
  }

  private view(stored: StoredProvider): ProviderView {
    return providerView(stored, this.builder.buildOne(stored));
  }
}

function only(found: readonly StoredProvider[]): StoredProvider {
  const [first, second] = found;
  if (first === undefined) throw new TypeError('Nothing was found, and nobody said so');
  if (second !== undefined)
    throw new ConflictError(`There are two providers '${first.name}': say which one by ?api_format=`);
  return first;
}
