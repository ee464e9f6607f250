import type { JobsOptions, WorkerOptions } from 'bullmq';

/** Every queue, by the job it is for. */
export const QUEUES = {
  apiKeyLastUsed: 'api-key-last-used',
  health: 'health',
  usage: 'usage',
  retention: 'retention',
} as const;

/** What a job gets if it does not say otherwise. Jobs must be safe to run twice. */
export const DEFAULT_JOB_OPTIONS = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 86_400, count: 1_000 },
} as const satisfies JobsOptions;

/**
 * For `@Processor`. New and delayed jobs wake an idle worker by themselves; the long drain delay only spares the
 * database the polls of workers that have nothing to do. After a failed read a worker sleeps for `runRetryDelay`, and
 * its `close` waits for that: BullMQ's 15 s would hold up a stop soon after the database was away.
 */
export const DEFAULT_WORKER_OPTIONS = {
  drainDelay: 60,
  concurrency: 1,
  runRetryDelay: 1_000,
} as const satisfies Omit<WorkerOptions, 'connection'>;
