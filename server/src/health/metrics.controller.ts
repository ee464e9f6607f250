import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { hash, timingSafeEqual } from 'node:crypto';
import { Public } from '../auth/access.decorators.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { Secret } from '../config/secret.js';
import { NotFoundError, UnauthenticatedError } from '../errors/caller-errors.js';
import { Metrics } from '../telemetry/metrics.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** For Prometheus: with `METRICS_TOKEN` for its holder, without one only where nobody else can ask. */
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get('metrics')
  @Public()
  async scrape(
    @Headers('authorization') authorization: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { metricsToken, listensOnLoopback } = this.environment;
    if (metricsToken === null && !listensOnLoopback) {
      throw new NotFoundError('Metrics are off; set METRICS_TOKEN to have them');
    }
    if (metricsToken !== null && !isToken(authorization, metricsToken)) {
      throw new UnauthenticatedError('Send the METRICS_TOKEN of the gateway as Authorization: Bearer');
    }
    const text = await this.metrics.text();
    await reply.type(this.metrics.contentType).header('cache-control', 'no-store').send(text);
  }
}

/** Compares digests, so that the time taken tells neither the length nor a prefix of the token. */
function isToken(authorization: string | undefined, token: Secret): boolean {
  const given = BEARER.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token.reveal(), 'buffer'));
}
