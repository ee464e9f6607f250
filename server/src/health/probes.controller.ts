import { Controller, Get, Res } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public, SessionAccess } from '../auth/access.decorators.js';
import { Probes } from './probes.js';

/** For supervisors and load balancers: 200, or 503 with the reason. */
@Controller('health')
export class ProbesController {
  constructor(private readonly probes: Probes) {}

  /** The process turns over; it leans on nothing. */
  @Get('live')
  @Public()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Whether calls should be sent here. What the gateway can be without for a while is told, and changes nothing. */
  @Get('ready')
  @Public()
  async ready(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.probes.ready());
  }

  /** The strict view: anything that is not as it should be is a 503. */
  @Get('dependencies')
  @SessionAccess('health')
  async dependencies(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.probes.dependencies());
  }
}

async function send(
  reply: FastifyReply,
  { ok, result }: { ok: boolean; result: HealthCheckResult },
): Promise<void> {
  await reply
    .code(ok ? 200 : 503)
    .header('cache-control', 'no-store')
    .send(result);
}
