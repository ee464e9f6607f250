import { Body, Controller, Get, HttpCode, Ip, Post, Put, Req } from '@nestjs/common';
import {
  ChangePasswordDto,
  LoginDto,
  type CurrentUser,
  type LoginAnswer,
  type PasswordChanged,
} from '@ccs/dto';
import { OwnAccountAccess, Public } from './access.decorators.js';
import { LoginService } from './login.service.js';
import { requestPrincipal } from './request-principal.js';

@Controller('api/auth')
export class AuthController {
  constructor(private readonly logins: LoginService) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  login(@Body() dto: LoginDto, @Ip() address: string): Promise<LoginAnswer> {
    return this.logins.login(dto, address);
  }

  @Get('me')
  @OwnAccountAccess()
  me(@Req() request: object): Promise<CurrentUser> {
    return this.logins.me(requestPrincipal(request));
  }

  @Put('change-password')
  @OwnAccountAccess()
  changePassword(
    @Req() request: object,
    @Body() dto: ChangePasswordDto,
    @Ip() address: string,
  ): Promise<PasswordChanged> {
    return this.logins.changePassword(requestPrincipal(request), dto, address);
  }
}
