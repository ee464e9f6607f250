import type { SqlRunner } from './sql-runner.js';

/**
 * What processes tell one another about: `principals` (users and API keys), `sessions` (ended ones), `providers`
 * (with the routing settings), `prices`, `captures` (whose calls are captured).
 */
export type ChangeTopic = 'principals' | 'sessions' | 'providers' | 'prices' | 'captures';

/** Brings what a process holds in memory up to date. A rejection leaves the change pending: it is tried again. */
export type ChangeSubscriber = () => Promise<void>;

/**
 * "Something changed", from the process that wrote to every process that keeps a copy. Nothing is lost: the
 * written version decides, a notification is only a hint. Subscribers run off the hot path, one after another.
 */
export abstract class ChangeFeed {
  /** Part of the writing transaction: with it, or not at all. */
  abstract publish(topic: ChangeTopic, transaction: SqlRunner): Promise<void>;

  /** Call before the application has started; the subscriber also runs once then. */
  abstract subscribe(topic: ChangeTopic, subscriber: ChangeSubscriber): void;

  /** For the writer, after its commit: this process has taken in everything committed before when it resolves. */
  abstract catchUp(topic: ChangeTopic): Promise<void>;

  /** The last moment (ms since the epoch) at which what this process holds was known to be up to date. */
  abstract get confirmedAtMs(): number;
}
