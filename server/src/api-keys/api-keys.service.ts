import { Injectable } from '@nestjs/common';
import {
  pageOf,
  pageWindow,
  type ApiKeyListQueryDto,
  type ApiKeyView,
  type CreateApiKeyDto,
  type CreatedApiKey,
  type Page,
  type UpdateApiKeyDto,
} from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { NotFoundError, PermissionDeniedError, ValidationFailedError } from '../errors/caller-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ApiKeyDigest } from './api-key-digest.js';
import { describeApiKey, generateApiKey } from './api-key-format.js';
import { ApiKeyRepository, type NewApiKey } from './api-key.repository.js';

interface PreparedKey {
  readonly key: string;
  readonly record: Omit<NewApiKey, 'userId'>;
}

/** The keys a caller may see and change: his own, and with the permission `api_keys` everybody's. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeyRepository,
    private readonly digest: ApiKeyDigest,
    private readonly changes: ChangeFeed,
  ) {}

  async create(caller: Principal, dto: CreateApiKeyDto): Promise<CreatedApiKey> {
    if (!caller.permissions.has('chat')) {
      throw new PermissionDeniedError(
        "An API key needs an owner with the permission 'chat'; ask an administrator",
      );
    }
    const expiresAt =
      dto.expires_at === undefined || dto.expires_at === null ? null : new Date(dto.expires_at);
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
      throw new ValidationFailedError([
        { pointer: '/expires_at', code: 'must_be_in_the_future', detail: 'expires_at must be in the future' },
      ]);
    }
    const { name, email = null, strict = false } = dto;
    const { key, record } = this.prepare({ name: name.trim(), email, expiresAt, strict });
    const created = await this.repository.insert({ ...record, userId: caller.userId });
    await this.changes.catchUp('principals');
    return { ...created, api_key: key };
  }

  /** A fresh key and the row to store for it, but for its owner. */
  prepare(attributes: Pick<NewApiKey, 'name' | 'email' | 'expiresAt' | 'strict'>): PreparedKey {
    const key = generateApiKey();
    const { prefix, lastFour } = describeApiKey(key);
    return { key, record: { ...attributes, digest: this.digest.of(key), keyPrefix: prefix, lastFour } };
  }

  async list(caller: Principal, query: ApiKeyListQueryDto): Promise<Page<ApiKeyView>> {
    const window = pageWindow(query);
    const isActive = query.is_active === undefined ? undefined : query.is_active === 'true';
    const filter = { ownerId: visibleOwner(caller), namePart: query.name_filter, isActive };
    const { data, total } = await this.repository.list(filter, window);
    return pageOf(data, total, window);
  }

  async get(caller: Principal, id: number): Promise<ApiKeyView> {
    return existing(await this.repository.find(id, visibleOwner(caller)));
  }

  /** In force in this process when it resolves, everywhere within a second. */
  async update(caller: Principal, id: number, dto: UpdateApiKeyDto): Promise<ApiKeyView> {
    const updated = await this.repository.update(id, visibleOwner(caller), {
      ...(dto.name === undefined ? {} : { name: dto.name.trim() }),
      ...(dto.email === undefined ? {} : { email: dto.email }),
      ...(dto.is_active === undefined ? {} : { isActive: dto.is_active }),
      ...(dto.strict === undefined ? {} : { strict: dto.strict }),
    });
    await this.changes.catchUp('principals');
    return existing(updated);
  }

  /** In force in this process when it resolves, everywhere within a second. */
  async delete(caller: Principal, id: number): Promise<void> {
    const deleted = await this.repository.delete(id, visibleOwner(caller));
    await this.changes.catchUp('principals');
    if (!deleted) throw noSuchKey();
  }
}

const visibleOwner = (caller: Principal): number | null =>
  caller.permissions.has('api_keys') ? null : caller.userId;

const noSuchKey = (): NotFoundError => new NotFoundError('API key not found');

function existing(key: ApiKeyView | null): ApiKeyView {
  if (key === null) throw noSuchKey();
  return key;
}
