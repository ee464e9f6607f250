import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { errorCode } from '../config/error-text.js';
import { parseProviderFile } from '../config/parse-provider-file.js';
import type { FileRemark, ParsedProviderFile } from '../config/provider-file.js';
import { StartupError } from '../config/startup-error.js';
import { Metrics } from '../telemetry/metrics.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { ProviderFileStatus } from './provider-file-state.js';
import { ProviderFileRepository } from './provider-file.repository.js';

/** provider.json cannot be used, and there is nothing else to go on with. */
export class InvalidProviderFileError extends StartupError {
  constructor(path: string, problems: readonly FileRemark[], options?: ErrorOptions) {
    super(
      `${path} cannot be used:\n${problems.map((each) => `  ${each.path} ${each.text}`).join('\n')}`,
      options,
    );
  }
}

/** What was found where the file should be. */
type Found =
  | { readonly kind: 'text'; readonly text: string; readonly parsed: ParsedProviderFile }
  | { readonly kind: 'missing' | 'unreadable'; readonly error: unknown };

/** Brings what changed in provider.json into the database. */
@Injectable()
export class ProviderFileImport {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly repository: ProviderFileRepository,
    private readonly status: ProviderFileStatus,
    private readonly metrics: Metrics,
  ) {}

  /**
   * For the start: a file that cannot be used is logged and the last state goes on; throws `InvalidProviderFileError`
   * when there is no last state. A file that is not there changes nothing.
   */
  async run(): Promise<void> {
    const found = await this.look();
    const problems = this.problemsOf(found);
    if (problems.length > 0 && (await this.repository.isEmpty())) {
      const cause = found.kind === 'text' ? undefined : found.error;
      throw new InvalidProviderFileError(this.environment.providerConfigPath, problems, { cause });
    }
    await this.take(found);
  }

  /**
   * While running. `patient`: a file that is broken or gone may be about to be written: say nothing yet.
   *
   * @returns false when it cannot be used now
   */
  async refresh(patient: boolean): Promise<boolean> {
    const found = await this.look();
    if (patient && (found.kind !== 'text' || found.parsed.problems.length > 0)) return false;
    return this.take(found);
  }

  private async look(): Promise<Found> {
    try {
      const text = await readFile(this.environment.providerConfigPath, 'utf8');
      return { kind: 'text', text, parsed: parseProviderFile(text) };
    } catch (error) {
      return { kind: errorCode(error) === 'ENOENT' ? 'missing' : 'unreadable', error };
    }
  }

  private problemsOf(found: Found): readonly FileRemark[] {
    if (found.kind === 'text') return found.parsed.problems;
    if (found.kind === 'unreadable') return [{ path: '$', text: 'cannot be read' }];
    return this.environment.providerConfigPathGiven ? [{ path: '$', text: 'is not there' }] : [];
  }

  private async take(found: Found): Promise<boolean> {
    const file = this.environment.providerConfigPath;
    const problems = this.problemsOf(found);
    const warnings = found.kind === 'text' ? found.parsed.warnings : [];
    this.metrics.setProviderFileBroken(problems.length > 0);
    if (found.kind === 'text' && problems.length === 0) {
      if (this.status.set({ status: 'applied', problems, warnings })) this.warn(warnings);
      await this.apply();
      return true;
    }
    const isNews = this.status.set({
      status: found.kind === 'missing' ? 'missing' : 'broken',
      problems,
      warnings,
    });
    if (isNews && problems.length > 0)
      this.logger.error({ file, problems }, 'provider file cannot be used; the last state goes on');
    else if (isNews) this.logger.warn({ file }, 'there is no provider file');
    return false;
  }

  /** Reads it again when it is this process's turn: what was just read may be old by then. */
  private async apply(): Promise<void> {
    const changes = await this.repository.apply(
      async () => {
        const found = await this.look();
        const isGood = found.kind === 'text' && found.parsed.problems.length === 0;
        return isGood ? { text: found.text, file: found.parsed.file } : null;
      },
      (earlier) => parseProviderFile(earlier).file,
    );
    if (changes === null) return;
    this.logger.info(
      {
        file: this.environment.providerConfigPath,
        changed: changes.entries.length,
        removed: changes.removed.length,
      },
      'provider file applied',
    );
  }

  private warn(warnings: readonly FileRemark[]): void {
    for (const { path, text } of warnings)
      this.logger.warn({ file: this.environment.providerConfigPath, path }, `provider file: ${text}`);
  }
}
