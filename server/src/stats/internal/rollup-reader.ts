import type { StatsGroup, StatsMetric } from '@ccs/dto';
import type { StatsDatabase } from '../stats-database.repository.js';
import {
  rollupStatement,
  topStatement,
  type Dimension,
  type GroupOf,
  type RollupQuestion,
  type SumRow,
} from './rollup-statement.js';

/** Sums out of the roll-ups, and what ids are called. */
export class RollupReader {
  constructor(private readonly database: StatsDatabase) {}

  /** In order of bucket and group; groups without calls are not there. */
  async sums(question: RollupQuestion): Promise<readonly SumRow[]> {
    const { sql, values } = rollupStatement(question);
    const [row] = await this.database.rows<{ groups: readonly SumRow[] | null }>(sql, values);
    return row?.groups ?? [];
  }

  /** The values of a dimension with the most of the metric, in this order. */
  async top(
    question: Omit<RollupQuestion, 'buckets' | 'groupBy'>,
    dimension: Dimension,
    metric: StatsMetric,
    top: number,
  ): Promise<readonly (string | number)[]> {
    const { sql, values } = topStatement({ ...question, groupBy: [dimension] }, metric, top);
    const rows = await this.database.rows<GroupOf>(sql, values);
    return rows.map((row) => row[dimension] ?? '');
  }

  /** E-mail by user id, or name by key id, as texts; only of those that are there still. */
  async labels(
    group: StatsGroup,
    values: readonly (string | number)[],
  ): Promise<ReadonlyMap<string, string>> {
    const sql = LABELS[group];
    if (sql === undefined || values.length === 0) return new Map();
    const rows = await this.database.rows<{ id: number; label: string }>(sql, [values]);
    return new Map(rows.map(({ id, label }) => [String(id), label]));
  }
}

const LABELS: Readonly<Partial<Record<StatsGroup, string>>> = {
  user: 'select id, email as label from users where id = any($1::integer[])',
  key: 'select id, name as label from api_keys where id = any($1::integer[])',
};
