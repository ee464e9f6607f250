import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { Metrics } from '../telemetry/metrics.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { adoptDirectories, type InstanceDirectory } from './internal/instance-directory.js';
import { interruptedRecord } from './internal/interrupted-record.js';
import type { Journal } from './internal/journal.js';
import { recoverInstance } from './internal/recover-instance.js';
import type { Segment } from './internal/segment.js';
import type { LineTaker } from './open-call.js';
import { openJournal } from './open-journal.js';
import { PriceList } from './price-list.js';
import { UsageShipper } from './usage-shipper.js';

/**
 * The journal of this process in `DATA_DIR/usage`: claimed at the start, together with what dead processes left, and
 * handed to the shipper segment by segment.
 */
@Injectable()
export class UsageJournal implements LineTaker, OnModuleInit, OnApplicationShutdown {
  private directory: InstanceDirectory | null = null;
  private journal: Journal | null = null;
  private inTrouble = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly prices: PriceList,
    private readonly shipper: UsageShipper,
    metrics: Metrics,
  ) {
    metrics.gauge(
      'ccs_usage_journal_held_lines',
      'Lines in memory because the disk takes none.',
      () => this.open.heldLines,
    );
    metrics.gauge(
      'ccs_usage_journal_dropped_lines',
      'Lines lost: neither disk nor memory had room.',
      () => this.open.droppedLines,
    );
  }

  /** Under `USAGE_WHEN_FULL=strict`, while the disk takes nothing. */
  get refusesCalls(): boolean {
    return this.environment.usageWhenFull === 'strict' && !this.writable;
  }

  /** False: records are kept in memory, for the disk takes none. */
  get writable(): boolean {
    return this.open.writable;
  }

  append(line: string, placed: (segment: Segment) => void): Promise<void> {
    return this.open.append(line, placed);
  }

  appendSoon(line: string, placed: (segment: Segment) => void): void {
    this.open.appendSoon(line, placed);
  }

  flush(): void {
    this.open.flush();
  }

  async onModuleInit(): Promise<void> {
    const root = join(this.environment.dataDir, 'usage', 'journal');
    const { journal, directory } = await openJournal(root, {
      sync: this.environment.usageFsync,
      onClosed: (segment) => this.shipper.take(segment),
      onTrouble: (error) => this.report(error),
    });
    this.directory = directory;
    this.journal = journal;
    for (const adopted of await adoptDirectories(root, directory)) {
      const prices = this.prices.current();
      const segments = await recoverInstance(adopted, (state) => interruptedRecord(state, prices));
      if (segments.length > 0) {
        this.logger.info({ instance: adopted.instance, segments: segments.length }, 'journal taken over');
      }
      for (const segment of segments) this.shipper.take(segment);
    }
  }

  /** After the last answer. What cannot be stored now waits for the next start. */
  async onApplicationShutdown(): Promise<void> {
    await this.journal?.close();
    await this.shipper.finish();
    await this.directory?.release();
    if (this.directory !== null && this.shipper.isEmpty) {
      await rm(this.directory.path, { recursive: true, force: true });
    }
  }

  private get open(): Journal {
    if (this.journal === null) throw new Error('the journal is not open yet');
    return this.journal;
  }

  private report(error: Error | null): void {
    if (error !== null && !this.inTrouble)
      this.logger.error({ err: error }, 'usage journal: the disk takes nothing; records are kept in memory');
    if (error === null && this.inTrouble) this.logger.info('usage journal: the disk takes records again');
    this.inTrouble = error !== null;
  }
}
