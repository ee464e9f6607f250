/**
 * What runs one statement: TypeORM's `EntityManager` and `DataSource` are some. For rooms that write in another
 * room's transaction without knowing TypeORM.
 */
export interface SqlRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}
