import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RoutingSettings } from '../config/provider-file.js';

const ROUTING_SETTING = 'routing';

/** The settings of the whole gateway, as they are stored. */
export interface StoredRouting {
  readonly routing: RoutingSettings;
  /** Grows with each change; 0: nothing was ever set. */
  readonly version: number;
  readonly updatedAt: Date | null;
}

/** Rows of the table `settings`: everything about routing is one of them. */
@Injectable()
export class SettingsRepository {
  /** @param lock for a change that follows in the same transaction */
  async routing(transaction: EntityManager, lock = false): Promise<StoredRouting> {
    const [row] = await transaction.query<{ value: RoutingSettings; version: number; updated_at: Date }[]>(
      `select value, version, updated_at from settings where key = $1 ${lock ? 'for update' : ''}`,
      [ROUTING_SETTING],
    );
    return { routing: row?.value ?? {}, version: row?.version ?? 0, updatedAt: row?.updated_at ?? null };
  }

  /** Keys without a value are taken out. */
  async putRouting(transaction: EntityManager, routing: RoutingSettings): Promise<void> {
    // JSON leaves out what is undefined.
    await this.put(transaction, ROUTING_SETTING, routing);
  }

  async put(transaction: EntityManager, key: string, value: unknown): Promise<void> {
    await transaction.query(
      `insert into settings (key, value) values ($1, $2::jsonb)
       on conflict (key) do update
         set value = excluded.value, version = settings.version + 1, updated_at = now()`,
      [key, JSON.stringify(value)],
    );
  }
}
