import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEncryptionKey } from './encryption-key.js';
import type { Environment } from './environment.js';
import { errorCode, errorText } from './error-text.js';
import { MasterSecrets } from './master-secrets.js';
import { StartupError } from './startup-error.js';

/** Files in DATA_DIR that hold what the environment does not give. */
export const JWT_SECRET_FILE = 'jwt-secret.key';
export const ENCRYPTION_KEY_FILE = 'encryption.key';

/**
 * The two secrets everything else is derived from: from the environment or, on loopback only (the environment
 * was refused otherwise), generated once into DATA_DIR, readable by the owner alone.
 */
export function loadMasterSecrets(environment: Environment): MasterSecrets {
  const jwtSecret = environment.jwtSecretKey?.reveal() ?? localSecret(environment.dataDir, JWT_SECRET_FILE);
  const encryptionText =
    environment.encryptionKey?.reveal() ?? localSecret(environment.dataDir, ENCRYPTION_KEY_FILE);
  const encryptionKey = parseEncryptionKey(encryptionText);
  if (encryptionKey === null) {
    throw new StartupError(
      `${join(environment.dataDir, ENCRYPTION_KEY_FILE)} does not hold an encryption key. ` +
        'Put the original file back, or set ENCRYPTION_KEY.',
    );
  }
  return new MasterSecrets(Buffer.from(jwtSecret), encryptionKey);
}

function localSecret(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  try {
    const existing = readIfThere(path);
    if (existing !== null) {
      keepFromOthers(path);
      return existing;
    }
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return createOnce(path, randomBytes(32).toString('base64url'));
  } catch (error) {
    const problem = `The secret file ${path} cannot be read or written: ${errorText(error)}`;
    throw new StartupError(`${problem}. Check DATA_DIR.`, { cause: error });
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** A copy or a restored backup may be readable by others. Windows has no such modes. */
function keepFromOthers(path: string): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  chmodSync(path, 0o600);
  process.emitWarning(
    `${path} could be read by other users of this machine; now it cannot. If one of them may have read it, replace ` +
      'it: npm run secrets:rotate (docs/configuration.md).',
  );
}

/** Whole or not at all, and the first of several processes wins: written beside, then linked into place. */
function createOnce(path: string, secret: string): string {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(temporary, path);
    return secret;
  } catch (error) {
    const winner = readIfThere(path);
    if (winner === null) throw error;
    return winner;
  } finally {
    unlinkSync(temporary);
  }
}
