import { Module, type DynamicModule } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from './environment.js';
import { loadMasterSecrets } from './local-secrets.js';
import { MasterSecrets } from './master-secrets.js';

/** Injects the variables that references in provider.json name: `Readonly<Record<string, string | undefined>>`. */
export const REFERENCE_VARIABLES = Symbol('REFERENCE_VARIABLES');

/** What was read from the outside at start, for every room. */
@Module({})
export class ConfigModule {
  static forRoot(
    environment: Environment,
    variables: Readonly<Record<string, string | undefined>> = process.env,
  ): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        { provide: REFERENCE_VARIABLES, useValue: Object.freeze({ ...variables }) },
        { provide: MasterSecrets, useFactory: () => loadMasterSecrets(environment) },
      ],
      exports: [ENVIRONMENT, REFERENCE_VARIABLES, MasterSecrets],
    };
  }
}
