import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The database as something that may be away. */
@Injectable()
export class DatabaseProbe {
  constructor(private readonly dataSource: DataSource) {}

  /** Rejects when it does not answer. */
  async ping(): Promise<void> {
    await this.dataSource.query('select 1');
  }
}
