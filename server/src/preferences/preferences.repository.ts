import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PreferencesView } from '@ccs/dto';
import { storableJson } from '../database/storable.js';
import { VersionConflictError } from '../errors/caller-errors.js';

/** Of somebody who has chosen nothing yet. */
const NOTHING_CHOSEN: PreferencesView = Object.freeze({
  language: null,
  theme: 'system',
  accent: 'blue',
  time_zone: null,
  portal: Object.freeze({}),
  version: 1,
});

const COLUMNS = 'language, theme, accent, time_zone, portal, version';

@Injectable()
export class PreferencesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(userId: number): Promise<PreferencesView> {
    const [row] = await this.dataSource.query<PreferencesView[]>(
      `select ${COLUMNS} from preferences where user_id = $1`,
      [userId],
    );
    return row ?? NOTHING_CHOSEN;
  }

  /**
   * What `changes` leaves out stays. Two writers wait for one another.
   *
   * @throws VersionConflictError
   */
  async change(
    userId: number,
    version: number | undefined,
    changes: Partial<Omit<PreferencesView, 'version'>>,
  ): Promise<PreferencesView> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('insert into preferences (user_id) values ($1) on conflict do nothing', [
        userId,
      ]);
      const [present = NOTHING_CHOSEN] = await transaction.query<PreferencesView[]>(
        `select ${COLUMNS} from preferences where user_id = $1 for update`,
        [userId],
      );
      if (version !== undefined && version !== present.version) throw new VersionConflictError(present);
      const changed = { ...present, ...changes, version: present.version + 1 };
      await transaction.query(
        `update preferences set language = $2, theme = $3, accent = $4, time_zone = $5, portal = $6,
                version = $7, updated_at = now() where user_id = $1`,
        [
          userId,
          changed.language,
          changed.theme,
          changed.accent,
          changed.time_zone,
          storableJson(changed.portal),
          changed.version,
        ],
      );
      return changed;
    });
  }
}
