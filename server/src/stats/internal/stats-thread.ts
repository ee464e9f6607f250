import { Worker } from 'node:worker_threads';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../../config/environment.js';
import { errorText } from '../../config/error-text.js';
import { StatisticsBusyError } from '../../errors/gateway-state-errors.js';
import { StatsDatabase } from '../stats-database.repository.js';
import { StatsAnswers } from './stats-answers.js';
import type { StatsQuestion } from './stats-question.js';

export interface StatsThreadData {
  readonly databaseUrl: string;
}

/** To the thread. */
export interface StatsTask {
  readonly id: number;
  readonly question: StatsQuestion;
}

/** From it: JSON in UTF-8, or why there is none. */
export type StatsReply =
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly busy: boolean; readonly reason: string };

/** An answer is megabytes at most; a thread that needs more ends, and nothing else does. */
const LIMITS = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 256 };
const WORKER = new URL('./stats.worker.js', import.meta.url);
const COMPILED = import.meta.url.endsWith('.js');

/**
 * Answers questions about the roll-ups on a thread of its own with less priority than calls have, and connections of its
 * own: to read, add up and write a chart takes many times as long as a call. Started for the first question, and again
 * when it died. Where nothing was compiled (tests of rooms) it is the same code on this thread.
 */
@Injectable()
export class StatsThread implements OnApplicationShutdown {
  private worker: Worker | null = null;
  private nextId = 1;
  private readonly waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  private readonly here: StatsAnswers;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    database: StatsDatabase,
  ) {
    this.here = new StatsAnswers(database);
  }

  /** JSON in UTF-8. Throws `StatisticsBusyError` when it takes the database too long. */
  async answer(question: StatsQuestion): Promise<Uint8Array> {
    if (!COMPILED) return Buffer.from(await this.here.answer(question));
    const worker = (this.worker ??= this.start());
    const id = this.nextId++;
    const answer = Promise.withResolvers<Uint8Array>();
    this.waiting.set(id, answer);
    worker.postMessage({ id, question } satisfies StatsTask);
    return answer.promise;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const workerData: StatsThreadData = { databaseUrl: this.environment.databaseUrl.reveal() };
    const worker = new Worker(WORKER, { workerData, resourceLimits: LIMITS });
    worker.unref();
    let reason = 'it ended';
    worker.on('message', (reply: StatsReply) => this.settle(reply));
    worker.on('error', (error) => (reason = errorText(error)));
    worker.on('exit', () => {
      this.worker = null;
      for (const id of [...this.waiting.keys()]) this.settle({ id, busy: false, reason });
    });
    return worker;
  }

  private settle(reply: StatsReply): void {
    const answer = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('bytes' in reply) answer?.resolve(reply.bytes);
    else if (reply.busy) answer?.reject(new StatisticsBusyError(reply.reason));
    else answer?.reject(new Error(`The thread of the statistics gave no answer: ${reply.reason}`));
  }
}
