import 'reflect-metadata';
import { parseEncryptionKey } from './config/encryption-key.js';
import { parseEnvironment } from './config/environment.js';
import { loadMasterSecrets } from './config/local-secrets.js';
import { MasterSecrets } from './config/master-secrets.js';
import { StartupError } from './config/startup-error.js';
import { rotateSecrets } from './database/rotate-secrets.js';
import { startupFailure } from './http/startup-failure.js';

/** `sysexits.h`: the configuration is wrong; running it again will not help. */
const EXIT_CONFIG = 78;

/** `npm run secrets:rotate`: from PREVIOUS_ENCRYPTION_KEY to the ENCRYPTION_KEY of now. */
try {
  await rotate();
} catch (error) {
  process.stderr.write(`\n${startupFailure(error)}\n`);
  process.exit(error instanceof StartupError ? EXIT_CONFIG : 1);
}

async function rotate(): Promise<void> {
  const environment = parseEnvironment(process.env);
  const previousKey = parseEncryptionKey(process.env.PREVIOUS_ENCRYPTION_KEY?.trim() ?? '');
  if (previousKey === null) {
    throw new StartupError(
      'PREVIOUS_ENCRYPTION_KEY: the key the database was written with, as base64 or hex. ENCRYPTION_KEY (or, on ' +
        'loopback, the file encryption.key in DATA_DIR) is the new one.',
    );
  }
  const previous = new MasterSecrets(Buffer.alloc(0), previousKey);
  const next = loadMasterSecrets(environment);
  const { resealed, untouched } = await rotateSecrets(environment.databaseUrl, previous, next);
  process.stdout.write(
    `${resealed} stored secrets are sealed with the new key now, ${untouched} were before. ` +
      'Start every process with the new ENCRYPTION_KEY and forget the old one.\n',
  );
}
