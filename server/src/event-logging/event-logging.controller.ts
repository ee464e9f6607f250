import { Controller, HttpCode, Post } from '@nestjs/common';
import { Public } from '../auth/access.decorators.js';

/** Where Claude Code's telemetry ends: taken, bounded by the body limit, and not kept. */
@Controller('api/event_logging')
export class EventLoggingController {
  @Post('batch')
  @Public()
  @HttpCode(200)
  take(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
