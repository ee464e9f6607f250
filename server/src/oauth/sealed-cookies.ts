import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { MasterSecrets } from '../config/master-secrets.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PATH = '/oauth';
const CLEARED = 'Max-Age=0; SameSite=Lax';
const MAX_KEPT = 8;

/**
 * What the gateway must remember between two requests of one browser, kept by that browser: encrypted and authenticated
 * (AES-256-GCM), good for one purpose and a short time, out of reach of scripts.
 */
@Injectable()
export class SealedCookies {
  readonly #key: Uint8Array;
  private readonly secure: boolean;
  private readonly prefix: string;

  constructor(secrets: MasterSecrets, @Inject(ENVIRONMENT) environment: Environment) {
    this.#key = secrets.keyFor('oauth-flow');
    this.secure = environment.publicUrl.startsWith('https:');
    this.prefix = `${this.secure ? '__Secure-' : ''}ccs_oauth_`;
  }

  /** A `Set-Cookie` value. `purpose` must be given again to read it, and tells cookies apart. */
  write(
    purpose: string,
    content: object,
    options: { readonly maxAgeSeconds: number; readonly sameSite: 'Lax' | 'Strict' },
  ): string {
    const expiresAtMs = Date.now() + options.maxAgeSeconds * 1000;
    const sealed = this.seal(JSON.stringify({ content, expiresAtMs }), purpose);
    return this.cookie(
      this.nameOf(purpose),
      sealed,
      `Max-Age=${options.maxAgeSeconds}; SameSite=${options.sameSite}`,
    );
  }

  /** From a `Cookie` header; null: not there, not ours, for something else, or too old. */
  read(purpose: string, header: string | undefined): unknown {
    const prefix = `${this.nameOf(purpose)}=`;
    const pair = header?.split(';').find((each) => each.trim().startsWith(prefix));
    const opened = pair === undefined ? null : this.open(pair.trim().slice(prefix.length), purpose);
    if (opened === null) return null;
    // As `write` made it: nobody else can.
    const { content, expiresAtMs } = JSON.parse(opened) as { content: unknown; expiresAtMs: number };
    return expiresAtMs > Date.now() ? content : null;
  }

  /** A `Set-Cookie` value that takes it away. */
  clear(purpose: string): string {
    return this.cookie(this.nameOf(purpose), '', CLEARED);
  }

  /**
   * `Set-Cookie` values that take away all but the newest few: a browser that begins again and again would otherwise
   * send more than a header may hold. Browsers send those first that they have had longest (RFC 6265, section 5.4).
   */
  clearSurplus(header: string | undefined): readonly string[] {
    const names = (header ?? '')
      .split(';')
      .map((pair) => pair.trim().split('=', 1)[0] ?? '')
      .filter((name) => name.startsWith(this.prefix));
    return names.slice(0, Math.max(0, names.length - MAX_KEPT)).map((name) => this.cookie(name, '', CLEARED));
  }

  private cookie(name: string, value: string, attributes: string): string {
    return `${name}=${value}; Path=${PATH}; HttpOnly; ${attributes}${this.secure ? '; Secure' : ''}`;
  }

  private nameOf(purpose: string): string {
    const digest = createHash('sha256').update(purpose).digest('hex').slice(0, 16);
    return `${this.prefix}${digest}`;
  }

  private seal(plain: string, purpose: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return sealed.toString('base64url');
  }

  private open(text: string, purpose: string): string | null {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const plain = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(plain).toString('utf8');
    } catch {
      // The tag does not fit: changed, or sealed with another key or for another purpose.
      return null;
    }
  }
}
