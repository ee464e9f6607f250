import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Delete, Get, Headers, HttpCode, Ip, Param, Post, Req, Res } from '@nestjs/common';
import { LinkAccountDto, type LinkBegun, type LinkedAccounts } from '@ccs/dto';
import type { FastifyReply } from 'fastify';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal, requestSession } from '../auth/request-principal.js';
import { SameOrigin } from '../auth/same-origin.js';
import { IdPipe } from '../http/id.pipe.js';
import { AccountLinks, type LinkCaller } from './account-links.js';

@Controller('api/auth/linked-accounts')
@SessionAccess()
export class LinkedAccountsController {
  constructor(
    private readonly links: AccountLinks,
    private readonly sameOrigin: SameOrigin,
  ) {}

  @Get()
  list(@Req() request: object): Promise<LinkedAccounts> {
    return this.links.list(requestPrincipal(request));
  }

  /** Answers with the page to open, and sets the cookie that lets this browser through there. */
  @Post()
  @HttpCode(200)
  async link(
    @Req() request: object,
    @Body() dto: LinkAccountDto,
    @Headers() headers: IncomingHttpHeaders,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LinkBegun> {
    this.sameOrigin.refuseForeign(headers);
    const { url, cookie } = await this.links.begin(caller(request, address), dto);
    void reply.header('set-cookie', cookie);
    return { url };
  }

  @Delete(':id')
  @HttpCode(204)
  unlink(@Req() request: object, @Param('id', IdPipe) id: number, @Ip() address: string): Promise<void> {
    return this.links.unlink(caller(request, address), id);
  }
}

function caller(request: object, address: string): LinkCaller {
  return { principal: requestPrincipal(request), sessionId: requestSession(request), address };
}
