import { Injectable } from '@nestjs/common';
import type { Secret } from '../config/secret.js';
import { SecretBox } from '../database/secret-box.js';

/** The columns of this room that are encrypted; each value is bound to its column and row. */
@Injectable()
export class StoredSecrets {
  constructor(private readonly box: SecretBox) {}

  sealApiKey(providerId: number, key: string): string {
    return this.box.seal(key, { table: 'providers', column: 'api_key', row: providerId });
  }

  /** Throws `UnreadableSecretError`, as do the other two. */
  openApiKey(providerId: number, sealed: string): Secret {
    return this.box.open(sealed, { table: 'providers', column: 'api_key', row: providerId });
  }

  sealHeader(providerId: number, name: string, value: string): string {
    return this.box.seal(value, { table: 'providers', column: `custom_headers.${name}`, row: providerId });
  }

  openHeader(providerId: number, name: string, sealed: string): Secret {
    return this.box.open(sealed, { table: 'providers', column: `custom_headers.${name}`, row: providerId });
  }

  sealFileText(text: string): string {
    return this.box.seal(text, { table: 'settings', column: 'value', row: 'provider_file' });
  }

  openFileText(sealed: string): Secret {
    return this.box.open(sealed, { table: 'settings', column: 'value', row: 'provider_file' });
  }
}
