import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { MasterSecrets } from '../config/master-secrets.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { dataSourceOptions } from './data-source-options.js';
import { DigestKey, loadDigestKey } from './digest-key.js';
import { checkEncryptionKey } from './key-check.js';
import { migrate } from './migrate.js';
import { SecretBox } from './secret-box.js';

/**
 * The one data source, migrated before anything uses it, the box for stored secrets, its key checked against
 * the database, and the key of API key digests. Rooms bring their entities with `TypeOrmModule.forFeature`. Closed in onApplicationShutdown,
 * after the last stream.
 */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [ENVIRONMENT, LOGGER],
      useFactory: async (environment: Environment, logger: Logger) => {
        const ran = await migrate(environment.databaseUrl);
        if (ran.length > 0) logger.info({ migrations: ran }, 'database schema brought up to date');
        return { ...dataSourceOptions(environment, logger), autoLoadEntities: true, toRetry: () => false };
      },
    }),
  ],
  providers: [
    {
      provide: SecretBox,
      inject: [MasterSecrets, DataSource],
      useFactory: async (secrets: MasterSecrets, dataSource: DataSource) => {
        const box = new SecretBox(secrets);
        await checkEncryptionKey(dataSource, box);
        return box;
      },
    },
    {
      provide: DigestKey,
      inject: [DataSource, SecretBox, MasterSecrets],
      useFactory: loadDigestKey,
    },
  ],
  exports: [SecretBox, DigestKey],
})
export class DatabaseModule {}
