import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { errorCode } from '../config/error-text.js';
import { parseProviderFile } from '../config/parse-provider-file.js';
import type { FileRemark } from '../config/provider-file.js';
import { StartupError } from '../config/startup-error.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
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

/** Brings what changed in provider.json into the database. */
@Injectable()
export class ProviderFileImport {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly repository: ProviderFileRepository,
  ) {}

  /**
   * A file that cannot be used is logged and the last state goes on; throws `InvalidProviderFileError` when there is
   * no last state. A file that is not there changes nothing.
   */
  async run(): Promise<void> {
    const text = await this.read();
    if (text === null) return;
    const { file, problems, warnings } = parseProviderFile(text);
    const path = this.environment.providerConfigPath;
    for (const warning of warnings)
      this.logger.warn({ file: path, path: warning.path }, `provider file: ${warning.text}`);
    if (problems.length > 0) return this.refuse(problems);
    const changes = await this.repository.apply(text, file, (earlier) => parseProviderFile(earlier).file);
    if (changes === null) return;
    const { removed, entries } = changes;
    this.logger.info(
      { file: path, changed: entries.length, removed: removed.length },
      'provider file applied',
    );
  }

  private async read(): Promise<string | null> {
    const { providerConfigPath: path, providerConfigPathGiven: given } = this.environment;
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      const missing = errorCode(error) === 'ENOENT';
      if (missing && !given) this.logger.warn({ file: path }, 'there is no provider file');
      else await this.refuse([{ path: '$', text: missing ? 'is not there' : 'cannot be read' }], error);
      return null;
    }
  }

  private async refuse(problems: readonly FileRemark[], cause?: unknown): Promise<void> {
    const path = this.environment.providerConfigPath;
    if (await this.repository.isEmpty()) throw new InvalidProviderFileError(path, problems, { cause });
    this.logger.error({ file: path, problems }, 'provider file cannot be used; the last state goes on');
  }
}
