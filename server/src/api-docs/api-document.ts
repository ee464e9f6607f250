import { Injectable, type INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describeApi } from './describe-api.js';

/** The application's OpenAPI document, made when it is first asked for. */
@Injectable()
export class ApiDocument {
  private app: INestApplication | null = null;
  private document: Promise<OpenAPIObject> | null = null;

  /** Once, before the application takes requests: it cannot be injected into its own parts. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  get(): Promise<OpenAPIObject> {
    if (this.app === null) throw new TypeError('describe() comes first');
    this.document ??= describeApi(this.app);
    return this.document;
  }
}
