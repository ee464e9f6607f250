import { Controller, Delete, Get, HttpCode, Ip, Param, Req } from '@nestjs/common';
import type { SessionsOfUser } from '@ccs/dto';
import { IdPipe } from '../http/id.pipe.js';
import type { Administrator } from '../users/user-administration.js';
import { SessionAccess } from './access.decorators.js';
import { requestPrincipal } from './request-principal.js';
import { UserSessionsService } from './user-sessions.service.js';

/** The sessions of others, for those who administer users. */
@Controller('api/admin/permissions/users/:id/sessions')
@SessionAccess('users')
export class UserSessionsController {
  constructor(private readonly sessions: UserSessionsService) {}

  @Get()
  list(@Req() request: object, @Param('id', IdPipe) id: number): Promise<SessionsOfUser> {
    return this.sessions.list(requestPrincipal(request), id);
  }

  /** All of them. */
  @Delete()
  @HttpCode(204)
  endAll(@Req() request: object, @Ip() address: string, @Param('id', IdPipe) id: number): Promise<void> {
    return this.sessions.endAll(by(request, address), id);
  }

  @Delete(':session_id')
  @HttpCode(204)
  end(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Param('session_id', IdPipe) sessionId: number,
  ): Promise<void> {
    return this.sessions.end(by(request, address), id, sessionId);
  }
}

const by = (request: object, address: string): Administrator => ({
  principal: requestPrincipal(request),
  address,
});
