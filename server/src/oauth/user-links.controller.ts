import { Controller, Delete, Get, HttpCode, Ip, Param, Req } from '@nestjs/common';
import type { LinkedAccounts } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { IdPipe } from '../http/id.pipe.js';
import { UserLinksService } from './user-links.service.js';

/** The linked accounts of others, for those who administer users. */
@Controller('api/admin/permissions/users/:id/linked-accounts')
@SessionAccess('users')
export class UserLinksController {
  constructor(private readonly links: UserLinksService) {}

  @Get()
  list(@Req() request: object, @Param('id', IdPipe) id: number): Promise<LinkedAccounts> {
    return this.links.list(requestPrincipal(request), id);
  }

  @Delete(':account_id')
  @HttpCode(204)
  unlink(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Param('account_id', IdPipe) accountId: number,
  ): Promise<void> {
    return this.links.unlink({ principal: requestPrincipal(request), address }, id, accountId);
  }
}
