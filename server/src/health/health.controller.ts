import { Controller, Get, Head } from '@nestjs/common';
import { Public } from '../auth/access.decorators.js';

/** Liveness in its simplest form, and the two paths Claude Code knocks at when it starts. */
@Controller()
export class HealthController {
  @Get('health')
  @Public()
  health(): { status: 'healthy' } {
    return { status: 'healthy' };
  }

  @Head(['/', 'api/hello'])
  @Public()
  knock(): void {}
}
