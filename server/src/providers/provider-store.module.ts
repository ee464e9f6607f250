import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConfigChangeRepository } from './config-change.repository.js';
import { ConfigExport } from './config-export.js';
import { ProviderWriter } from './provider-writer.repository.js';
import { Provider, ProviderModel } from './provider.entity.js';
import { ProviderRepository } from './provider.repository.js';
import { SettingsRepository } from './settings.repository.js';
import { StoredSecrets } from './stored-secrets.js';

/** Providers and settings in the database, for whoever serves them and for commands that only look. */
@Module({
  imports: [TypeOrmModule.forFeature([Provider, ProviderModel])],
  providers: [
    StoredSecrets,
    SettingsRepository,
    ConfigChangeRepository,
    ProviderWriter,
    ProviderRepository,
    ConfigExport,
  ],
  exports: [
    StoredSecrets,
    SettingsRepository,
    ConfigChangeRepository,
    ProviderWriter,
    ProviderRepository,
    ConfigExport,
  ],
})
export class ProviderStoreModule {}
