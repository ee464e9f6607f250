import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { watch, type FSWatcher } from 'chokidar';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { ProviderFileImport } from './provider-file-import.js';

/** Finds what no event told of: on network disks, behind symlinks of symlinks, without a free inotify watch. */
const LOOK_INTERVAL_MS = 1_000;
/** A file is emptied before it is written: only what stays broken for so long is called so. */
const PATIENCE_MS = 400;
const RETRY_MS = 1_000;
/** The link that Kubernetes swaps when a ConfigMap changes. */
const CONFIG_MAP_LINK = '..data';

/**
 * Follows provider.json while the process runs. Events are hints: each of them, and a look at the file once a second,
 * only ask for another round, and a round reads what is there then. Asked for during a round, another one follows, so
 * the last state of the file is always taken in.
 */
@Injectable()
export class ProviderFileWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private watcher: FSWatcher | null = null;
  private timer: NodeJS.Timeout | undefined;
  private seen = '';
  private asked = false;
  private round: Promise<void> | null = null;
  private closed = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly fileImport: ProviderFileImport,
    private readonly changes: ChangeFeed,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.environment.configHotReload) return;
    this.seen = await this.fingerprint();
    this.watchDirectory();
    this.timer = setInterval(() => void this.look(), LOOK_INTERVAL_MS);
    this.timer.unref();
    // What was written between the start's own reading and now.
    this.ask();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.watcher?.close();
    await this.round;
  }

  /** The directory, not the file: a file that is replaced takes its watchers with it. */
  private watchDirectory(): void {
    const path = this.environment.providerConfigPath;
    const directory = dirname(path);
    const relevant = new Set([directory, path, resolve(directory, CONFIG_MAP_LINK)]);
    this.watcher = watch(directory, {
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (each) => !relevant.has(resolve(each)),
    });
    this.watcher.on('all', () => this.ask());
    this.watcher.on('error', (error) =>
      this.logger.warn(
        { err: error, file: basename(path) },
        'cannot be told of changes of the provider file; looking at it once a second goes on',
      ),
    );
  }

  private async look(): Promise<void> {
    const now = await this.fingerprint();
    if (now === this.seen) return;
    this.seen = now;
    this.ask();
  }

  /** Of what the path leads to, through all links. */
  private async fingerprint(): Promise<string> {
    try {
      const { ino, mtimeNs, ctimeNs, size } = await stat(this.environment.providerConfigPath, {
        bigint: true,
      });
      return [ino, mtimeNs, ctimeNs, size].join(' ');
    } catch {
      return 'none';
    }
  }

  private ask(): void {
    this.asked = true;
    if (this.round === null && !this.closed) {
      this.round = this.rounds().finally(() => {
        this.round = null;
        if (this.asked) this.ask();
      });
    }
  }

  private async rounds(): Promise<void> {
    while (this.asked && !this.closed) {
      this.asked = false;
      try {
        await this.takeIn();
      } catch (error) {
        this.logger.error({ err: error }, 'the provider file cannot be applied now; trying again');
        this.asked = true;
        await sleep(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  private async takeIn(): Promise<void> {
    if (!(await this.fileImport.refresh(true))) {
      await sleep(PATIENCE_MS, undefined, { ref: false });
      if (this.asked) return;
      if (!(await this.fileImport.refresh(false))) return;
    }
    await this.changes.catchUp('providers');
  }
}
