import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessDeclarations } from './access-declarations.js';
import { AccessGuard } from './access.guard.js';
import { AccessTokens } from './access-tokens.js';
import { AuthController } from './auth.controller.js';
import { DevMode } from './dev-mode.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { LoginService } from './login.service.js';
import { SessionAuthenticator } from './session-authenticator.js';

@Module({
  imports: [DiscoveryModule, UsersModule, ApiKeysModule],
  controllers: [AuthController],
  providers: [
    AccessTokens,
    SessionAuthenticator,
    KeyAuthenticator,
    DevMode,
    LoginService,
    AccessDeclarations,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AuthModule {}
