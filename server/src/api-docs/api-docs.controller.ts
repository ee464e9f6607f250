import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.decorators.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { ApiDocument } from './api-document.js';
import { PAGE, PAGE_POLICY, START_SCRIPT } from './docs-page.js';

/** Files of swagger-ui-dist that the page loads. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

/** The API in OpenAPI, and a page to read it with; part of the application only where API_DOCS is on. */
@Controller('docs')
@Public()
export class ApiDocsController {
  constructor(private readonly document: ApiDocument) {}

  @Get()
  async page(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(PAGE);
  }

  @Get('openapi.json')
  openApi(): Promise<OpenAPIObject> {
    return this.document.get();
  }

  @Get('start.js')
  async start(@Res() reply: FastifyReply): Promise<void> {
    await reply.type('text/javascript; charset=utf-8').send(START_SCRIPT);
  }

  @Get(':file')
  async file(@Param('file') name: string, @Res() reply: FastifyReply): Promise<void> {
    const type = FILES.get(name);
    if (type === undefined) throw new NotFoundError('There is no such file');
    await reply.type(type).send(createReadStream(join(swaggerUiDirectory(), name)));
  }
}

/** It comes with @nestjs/swagger, wherever npm put it. */
function swaggerUiDirectory(): string {
  const require = createRequire(import.meta.resolve('@nestjs/swagger'));
  return join(require.resolve('swagger-ui-dist/package.json'), '..');
}
