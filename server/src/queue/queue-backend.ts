import { createPostgresBackend, setDefaultBackendFactory, type QueueOptions } from 'bullmq';
import type { Environment } from '../config/environment.js';
import { DEFAULT_JOB_OPTIONS } from './queues.js';

/**
 * BullMQ on Redis when REDIS_URL is set, else in the schema `bullmq` on PostgreSQL, which it brings up to date by
 * itself. The choice holds for the whole process. The database must be up: BullMQ does not try twice.
 */
export function queueBackend(environment: Environment): QueueOptions {
  return environment.redisUrl === null
    ? onPostgres(environment.databaseUrl.reveal())
    : onRedis(environment.redisUrl.reveal());
}

function onRedis(url: string): QueueOptions {
  setDefaultBackendFactory();
  // Workers block on Redis for as long as it takes; BullMQ asks for null.
  return { connection: { url, maxRetriesPerRequest: null }, defaultJobOptions: DEFAULT_JOB_OPTIONS };
}

function onPostgres(connectionString: string): QueueOptions {
  setDefaultBackendFactory(createPostgresBackend);
  // Each queue and each worker has a pool of this size; a worker listens on one connection more.
  const connection = {
    connectionString,
    schema: 'bullmq',
    migrate: true,
    max: 1,
    connectionTimeoutMillis: 5_000,
    application_name: 'cc-switch queue',
  };
  return { connection, defaultJobOptions: DEFAULT_JOB_OPTIONS };
}
