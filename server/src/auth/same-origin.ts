import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ForeignOriginError, UnsupportedMediaTypeError } from '../errors/caller-errors.js';

/**
 * Keeps other web sites from using somebody's cookie. `Sec-Fetch-Site` cannot be set by a page; browsers that do not
 * send it (those on plain HTTP beyond loopback) send `Origin` with every POST.
 */
@Injectable()
export class SameOrigin {
  private readonly origin: string;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.origin = new URL(environment.publicUrl).origin;
  }

  /**
   * For what a cookie opens: the request must show that a page of this site sent it, and be JSON, which no form can
   * send. Throws `ForeignOriginError` or `UnsupportedMediaTypeError`.
   */
  require(headers: IncomingHttpHeaders): void {
    const site = headers['sec-fetch-site'];
    const own = site === undefined ? headers.origin === this.origin : site === 'same-origin';
    if (!own) throw new ForeignOriginError(this.origin);
    const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    if (mediaType !== 'application/json') throw new UnsupportedMediaTypeError(headers['content-type']);
  }

  /** For what sets a cookie: a page of another site may not, a program may. Throws `ForeignOriginError`. */
  refuseForeign(headers: IncomingHttpHeaders): void {
    const site = headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') throw new ForeignOriginError(this.origin);
  }
}
