import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../../config/error-text.js';
import { StatisticsBusyError } from '../../errors/gateway-state-errors.js';
import { StatsDatabase } from '../stats-database.repository.js';
import { StatsAnswers } from './stats-answers.js';
import type { StatsReply, StatsTask, StatsThreadData } from './stats-thread.js';

/** On Linux a priority is a thread's own: calls go first. Elsewhere it would be the whole process's. */
const NICENESS = 10;
if (process.platform === 'linux') setPriority(0, NICENESS);

const { databaseUrl } = workerData as StatsThreadData;
const answers = new StatsAnswers(new StatsDatabase(databaseUrl));
const encoder = new TextEncoder();

parentPort?.on('message', ({ id, question }: StatsTask) => {
  void answers.answer(question).then(
    (json) => {
      const bytes = encoder.encode(json);
      parentPort?.postMessage({ id, bytes } satisfies StatsReply, [bytes.buffer]);
    },
    (error: unknown) => {
      const busy = error instanceof StatisticsBusyError;
      parentPort?.postMessage({ id, busy, reason: errorText(error) } satisfies StatsReply);
    },
  );
});
