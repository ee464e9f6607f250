import { createPostgresBackend, runMigrations, setDefaultBackendFactory, type QueueOptions } from 'bullmq';
import type { Environment } from '../config/environment.js';
import { connectPatiently } from '../database/connect.js';
import { DEFAULT_JOB_OPTIONS } from './queues.js';

const SCHEMA = 'bullmq';
const PATIENCE_MS = 15_000;

/**
 * BullMQ on Redis when REDIS_URL is set, else in a schema of its own on PostgreSQL. The choice holds for the
 * whole process.
 */
export async function openQueueBackend(environment: Environment): Promise<QueueOptions> {
  return environment.redisUrl === null ? onPostgres(environment) : onRedis(environment.redisUrl.reveal());
}

function onRedis(url: string): QueueOptions {
  setDefaultBackendFactory();
  // Workers block on Redis for as long as it takes; BullMQ asks for null.
  return { connection: { url, maxRetriesPerRequest: null }, defaultJobOptions: DEFAULT_JOB_OPTIONS };
}

async function onPostgres({ databaseUrl }: Environment): Promise<QueueOptions> {
  setDefaultBackendFactory(createPostgresBackend);
  const client = await connectPatiently(databaseUrl, PATIENCE_MS);
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
  // Each queue and each worker has a pool of this size; a worker listens on one connection more.
  const connection = {
    connectionString: databaseUrl.reveal(),
    schema: SCHEMA,
    max: 1,
    connectionTimeoutMillis: 5_000,
    application_name: 'cc-switch queue',
  };
  return { connection, defaultJobOptions: DEFAULT_JOB_OPTIONS };
}
