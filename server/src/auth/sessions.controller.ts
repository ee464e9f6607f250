import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Delete, Get, Headers, HttpCode, Ip, Param, Post, Req, Res } from '@nestjs/common';
import type { LoginAnswer, SignedOut, UserSessions } from '@ccs/dto';
import type { FastifyReply } from 'fastify';
import { IdPipe } from '../http/id.pipe.js';
import { OwnAccountAccess, Public } from './access.decorators.js';
import { readCredentials } from './credentials.js';
import { OwnAccountService } from './own-account.service.js';
import { requestPrincipal, requestSession } from './request-principal.js';
import { SameOrigin } from './same-origin.js';
import { Sessions } from './sessions.js';

@Controller('api/auth')
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly account: OwnAccountService,
    private readonly sameOrigin: SameOrigin,
  ) {}

  /** By the cookie alone. */
  @Post('refresh')
  @HttpCode(200)
  @Public()
  async refresh(
    @Headers() headers: IncomingHttpHeaders,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginAnswer> {
    this.sameOrigin.require(headers);
    // Goes along with the refusal, too.
    void reply.header('set-cookie', [...this.sessions.clearingCookies]);
    const { answer, cookies } = await this.sessions.refresh(headers.cookie, address);
    void reply.removeHeader('set-cookie').header('set-cookie', [...cookies]);
    return answer;
  }

  /** By the cookie, the access token, or both; with neither there is nothing to end. */
  @Post('logout')
  @HttpCode(200)
  @Public()
  async logout(
    @Headers() headers: IncomingHttpHeaders,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedOut> {
    if (this.sessions.hasCookie(headers.cookie)) {
      this.sameOrigin.require(headers);
      await this.sessions.endByCookie(headers.cookie, address);
    }
    const { bearer } = readCredentials(headers);
    if (bearer !== null) await this.sessions.endByAccessToken(bearer, address);
    void reply.header('set-cookie', [...this.sessions.clearingCookies]);
    return { success: true, message: 'Signed out' };
  }

  @Get('sessions')
  @OwnAccountAccess()
  list(@Req() request: object): Promise<UserSessions> {
    return this.account.sessions(requestPrincipal(request), requestSession(request));
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @OwnAccountAccess()
  end(@Req() request: object, @Param('id', IdPipe) id: number, @Ip() address: string): Promise<void> {
    return this.sessions.endOneOf(requestPrincipal(request).userId, id, address);
  }
}
