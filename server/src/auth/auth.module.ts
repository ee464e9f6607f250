import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessDeclarations } from './access-declarations.js';
import { AccessGuard } from './access.guard.js';
import { AccessTokens } from './access-tokens.js';
import { AuthController } from './auth.controller.js';
import { DevMode } from './dev-mode.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { LoginService } from './login.service.js';
import { OwnAccountService } from './own-account.service.js';
import { PasswordCheck } from './password-check.js';
import { RegistrationService } from './registration.service.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SameOrigin } from './same-origin.js';
import { SessionAnswers } from './session-answers.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SessionDirectory } from './session-directory.js';
import { SessionEntity } from './session.entity.js';
import { SessionRepository } from './session.repository.js';
import { SessionTrail } from './session-trail.js';
import { SessionsController } from './sessions.controller.js';
import { SignInFailures } from './sign-in-failures.repository.js';
import { Sessions } from './sessions.js';
import { UserSessionsController } from './user-sessions.controller.js';
import { UserSessionsService } from './user-sessions.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity]), DiscoveryModule, UsersModule, ApiKeysModule],
  controllers: [AuthController, SessionsController, UserSessionsController],
  providers: [
    AccessTokens,
    RefreshTokens,
    RefreshCookie,
    SameOrigin,
    SessionRepository,
    SessionDirectory,
    SessionTrail,
    Sessions,
    SessionAuthenticator,
    SessionAnswers,
    KeyAuthenticator,
    DevMode,
    SignInFailures,
    PasswordCheck,
    LoginService,
    OwnAccountService,
    RegistrationService,
    UserSessionsService,
    AccessDeclarations,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Sessions, SessionAuthenticator, SessionTrail, PasswordCheck, SameOrigin],
})
export class AuthModule {}
