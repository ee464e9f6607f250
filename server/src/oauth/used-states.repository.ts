import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** What was used and must not be used again, the same for all replicas. Only digests are stored. */
@Injectable()
export class UsedStates {
  constructor(private readonly dataSource: DataSource) {}

  /** False: it was used before. Forgotten after `lifetimeSeconds`, when it would be too old anyway. */
  async use(state: string, lifetimeSeconds: number): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `with forgotten as (delete from used_oauth_states where forgotten_at < now())
       insert into used_oauth_states (digest, forgotten_at) values ($1, now() + $2 * interval '1 second')
       on conflict (digest) do nothing returning digest`,
      [createHash('sha256').update(state).digest(), lifetimeSeconds],
    );
    return rows.length === 1;
  }
}
