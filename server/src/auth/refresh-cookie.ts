import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';

const PATH = '/api/auth';
/** Nothing secret: tells the portal that it is worth asking for the session, so that a first visit asks nothing. */
const MARK = 'ccs_signed_in';

/**
 * The cookie that carries the refresh token: out of reach of scripts, sent to this site's sign-in endpoints alone.
 * Over HTTPS its name keeps an unencrypted page from setting it (RFC 6265bis, `__Secure-`). Beside it goes a mark
 * that scripts can read.
 */
@Injectable()
export class RefreshCookie {
  readonly name: string;
  private readonly secure: boolean;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.secure = environment.publicUrl.startsWith('https:');
    this.name = this.secure ? '__Secure-ccs_refresh' : 'ccs_refresh';
  }

  /** From a `Cookie` header; null: not there. */
  read(header: string | undefined): string | null {
    const prefix = `${this.name}=`;
    const pair = header?.split(';').find((each) => each.trim().startsWith(prefix));
    return pair?.trim().slice(prefix.length) ?? null;
  }

  /** `Set-Cookie` values; the browser keeps them as long as the session may last. */
  write(token: string, maxAgeSeconds: number): readonly string[] {
    const common = `Max-Age=${maxAgeSeconds}; SameSite=Strict${this.secure ? '; Secure' : ''}`;
    return [
      `${this.name}=${token}; Path=${PATH}; HttpOnly; ${common}`,
      `${MARK}=${token === '' ? '' : '1'}; Path=/; ${common}`,
    ];
  }

  /** `Set-Cookie` values that take both away. */
  clear(): readonly string[] {
    return this.write('', 0);
  }
}
