import { Injectable } from '@nestjs/common';
import {
  pageOf,
  pageWindow,
  type ApiKeyListQueryDto,
  type AuditAction,
  type ApiKeyView,
  type CreateApiKeyDto,
  type CreatedApiKey,
  type Page,
  type RotateApiKeyDto,
  type RotatedApiKey,
  type UpdateApiKeyDto,
} from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import type { Principal } from '../auth/principal.js';
import { NotFoundError, PermissionDeniedError, ValidationFailedError } from '../errors/caller-errors.js';
import { limitValuesOf } from '../limits/limit-values.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ApiKeyDigest } from './api-key-digest.js';
import { describeApiKey, generateApiKey } from './api-key-format.js';
import {
  ApiKeyRepository,
  type AlsoWriteKey,
  type KeyOwner,
  type NewApiKey,
  type StoredSecret,
} from './api-key.repository.js';

type KeyAttributes = Omit<NewApiKey, 'userId' | keyof StoredSecret>;

interface PreparedKey {
  readonly key: string;
  readonly record: Omit<NewApiKey, 'userId'>;
}

/** Who changes keys, and from where. */
export interface KeyActor {
  readonly principal: Principal;
  readonly address: string;
}

const DEFAULT_OVERLAP_HOURS = 24;
const HOUR_MS = 3_600_000;

/** The keys a caller may see and change: his own, and with the permission `api_keys` everybody's. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeyRepository,
    private readonly digest: ApiKeyDigest,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
  ) {}

  async create(by: KeyActor, dto: CreateApiKeyDto): Promise<CreatedApiKey> {
    const userId = dto.user_id ?? by.principal.userId;
    await this.checkOwner(by.principal, userId);
    const expiresAt = dateOf(dto.expires_at) ?? null;
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
      throw new ValidationFailedError([
        { pointer: '/expires_at', code: 'must_be_in_the_future', detail: 'expires_at must be in the future' },
      ]);
    }
    const { name, email = null, strict = false, is_active: isActive = true } = dto;
    const limits = limitValuesOf(dto);
    const { key, record } = this.prepare({ name: name.trim(), email, expiresAt, strict, isActive, limits });
    const created = await this.repository.create({ ...record, userId }, this.audited(by, 'api_key.create'));
    await this.changes.catchUp('principals');
    return { ...created, api_key: key };
  }

  /** A fresh key and the row to store for it, but for its owner. */
  prepare(attributes: KeyAttributes): PreparedKey {
    const { key, secret } = this.newSecret();
    return { key, record: { ...attributes, ...secret } };
  }

  async list(caller: Principal, query: ApiKeyListQueryDto): Promise<Page<ApiKeyView>> {
    const window = pageWindow(query);
    const filter = {
      ownerId: visibleOwner(caller),
      userId: query.user_id === undefined ? undefined : Number(query.user_id),
      namePart: query.name_filter,
      text: query.q,
      isActive: query.is_active === undefined ? undefined : query.is_active === 'true',
    };
    const { sort: by = 'created_at', order = by === 'name' ? 'asc' : 'desc' } = query;
    const { data, total } = await this.repository.list(filter, { by, descending: order === 'desc' }, window);
    return pageOf(data, total, window);
  }

  async get(caller: Principal, id: number): Promise<ApiKeyView> {
    return existing(await this.repository.find(id, visibleOwner(caller)));
  }

  /** In force in this process when it resolves, everywhere within a second. */
  async update(by: KeyActor, id: number, dto: UpdateApiKeyDto): Promise<ApiKeyView> {
    const expiresAt = dateOf(dto.expires_at);
    const changes = {
      ...(dto.name === undefined ? {} : { name: dto.name.trim() }),
      ...(dto.email === undefined ? {} : { email: dto.email }),
      ...(dto.is_active === undefined ? {} : { isActive: dto.is_active }),
      ...(dto.strict === undefined ? {} : { strict: dto.strict }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      limits: limitValuesOf(dto),
    };
    const owner = visibleOwner(by.principal);
    const audited = this.audited(by, 'api_key.update');
    const updated = await this.repository.update(id, owner, changes, dto.version, audited);
    await this.changes.catchUp('principals');
    return existing(updated);
  }

  /** A new secret for the same key; the former one goes on for a while, so that it can be exchanged in peace. */
  async rotate(by: KeyActor, id: number, dto: RotateApiKeyDto): Promise<RotatedApiKey> {
    const present = await this.get(by.principal, id);
    // Whoever gets the new secret can act as the owner.
    if (present.user_id !== null) await this.checkOwner(by.principal, present.user_id);
    const { key, secret } = this.newSecret();
    const overlapHours = dto.overlap_hours ?? DEFAULT_OVERLAP_HOURS;
    const formerValidUntil = new Date(Date.now() + overlapHours * HOUR_MS);
    const owner = visibleOwner(by.principal);
    const audited = this.audited(by, 'api_key.rotate');
    const rotated = await this.repository.replaceSecret(id, owner, secret, formerValidUntil, audited);
    await this.changes.catchUp('principals');
    return { ...existing(rotated), api_key: key, previous_valid_until: formerValidUntil.toISOString() };
  }

  /** In force in this process when it resolves, everywhere within a second. */
  async delete(by: KeyActor, id: number): Promise<void> {
    const audited = this.audited(by, 'api_key.delete');
    const deleted = await this.repository.delete(id, visibleOwner(by.principal), audited);
    await this.changes.catchUp('principals');
    existing(deleted ? true : null);
  }

  private audited({ principal, address }: KeyActor, action: AuditAction): AlsoWriteKey {
    return (transaction, before, after) => {
      const key = before ?? after;
      return this.audit.record(
        {
          action,
          actor: principal,
          address,
          target: key === null ? null : { kind: 'api_key', id: key.id, name: key.name },
          before: before === null ? null : { ...before },
          after: after === null ? null : { ...after },
        },
        transaction,
      );
    };
  }

  private newSecret(): { key: string; secret: StoredSecret } {
    const key = generateApiKey();
    const { prefix, lastFour } = describeApiKey(key);
    return { key, secret: { digest: this.digest.of(key), keyPrefix: prefix, lastFour } };
  }

  /** Whether the caller may hold a secret that acts as this user. */
  private async checkOwner(caller: Principal, userId: number): Promise<void> {
    if (userId === caller.userId) {
      if (!caller.permissions.has('chat')) throw ownerCannotChat();
      return;
    }
    if (!caller.permissions.has('api_keys')) {
      throw new PermissionDeniedError("A key for somebody else needs the permission 'api_keys'");
    }
    const owner = await this.repository.owner(userId);
    if (owner === null) {
      throw new ValidationFailedError([
        { pointer: '/user_id', code: 'unknown_user', detail: 'user_id is no user' },
      ]);
    }
    if (!outranks(caller, owner)) {
      throw new PermissionDeniedError(
        owner.isAdmin
          ? 'Only an administrator makes keys in the name of an administrator'
          : 'The owner holds permissions that you lack; ask an administrator',
      );
    }
    if (!owner.permissions.has('chat')) throw ownerCannotChat();
  }
}

const visibleOwner = (caller: Principal): number | null =>
  caller.permissions.has('api_keys') ? null : caller.userId;

/** Whether a caller may act in a user's name: nobody gets rights that way which he has not. */
function outranks(caller: Principal, owner: KeyOwner): boolean {
  if (caller.isAdmin) return true;
  return !owner.isAdmin && [...owner.permissions].every((permission) => caller.permissions.has(permission));
}

const ownerCannotChat = (): PermissionDeniedError =>
  new PermissionDeniedError("An API key needs an owner with the permission 'chat'; ask an administrator");

/** Undefined: not told; null: told to be none. */
function dateOf(text: string | null | undefined): Date | null | undefined {
  return typeof text === 'string' ? new Date(text) : text;
}

function existing<T>(found: T | null): T {
  if (found === null) throw new NotFoundError('API key not found');
  return found;
}
