import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Ip, Post, Put, Req, Res } from '@nestjs/common';
import {
  ChangePasswordDto,
  LoginDto,
  RegisterDto,
  UpdateProfileDto,
  type CurrentUser,
  type LoginAnswer,
  type PasswordChanged,
  type RegisteredUser,
} from '@ccs/dto';
import type { FastifyReply } from 'fastify';
import { AdministratorAccess, OwnAccountAccess, Public, SessionAccess } from './access.decorators.js';
import { LoginService } from './login.service.js';
import { OwnAccountService } from './own-account.service.js';
import { RegistrationService } from './registration.service.js';
import { requestPrincipal, requestSession } from './request-principal.js';
import { SameOrigin } from './same-origin.js';
import { signInContext } from './sign-in-context.js';

@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly logins: LoginService,
    private readonly account: OwnAccountService,
    private readonly registrations: RegistrationService,
    private readonly sameOrigin: SameOrigin,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  async login(
    @Body() dto: LoginDto,
    @Headers() headers: IncomingHttpHeaders,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginAnswer> {
    this.sameOrigin.refuseForeign(headers);
    const { answer, cookies } = await this.logins.login(dto, signInContext(headers, address));
    void reply.header('set-cookie', [...cookies]);
    return answer;
  }

  @Get('me')
  @OwnAccountAccess()
  me(@Req() request: object): Promise<CurrentUser> {
    return this.account.me(requestPrincipal(request));
  }

  @Put('me')
  @SessionAccess()
  updateProfile(@Req() request: object, @Body() dto: UpdateProfileDto): Promise<CurrentUser> {
    return this.account.updateProfile(requestPrincipal(request), dto);
  }

  @Post('register')
  @HttpCode(200)
  @AdministratorAccess()
  register(@Req() request: object, @Body() dto: RegisterDto, @Ip() address: string): Promise<RegisteredUser> {
    return this.registrations.register({ principal: requestPrincipal(request), address }, dto);
  }

  @Put('change-password')
  @OwnAccountAccess()
  async changePassword(
    @Req() request: object,
    @Body() dto: ChangePasswordDto,
    @Headers() headers: IncomingHttpHeaders,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasswordChanged> {
    const context = signInContext(headers, address);
    const caller = { principal: requestPrincipal(request), sessionId: requestSession(request) };
    const { answer, cookies } = await this.account.changePassword(caller, dto, context);
    void reply.header('set-cookie', [...cookies]);
    const { access_token, token_type } = answer;
    return { success: true, message: 'Password changed successfully', access_token, token_type };
  }
}
