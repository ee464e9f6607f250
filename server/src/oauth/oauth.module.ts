import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountLinks } from './account-links.js';
import { Flows } from './flows.js';
import { LinkedAccountEntity } from './linked-account.entity.js';
import { LinkedAccountRepository } from './linked-account.repository.js';
import { LinkedAccountsController } from './linked-accounts.controller.js';
import { OauthController } from './oauth.controller.js';
import { OauthService } from './oauth.service.js';
import { Passport } from './passport.js';
import { ProviderAccounts } from './provider-accounts.js';
import { SealedCookies } from './sealed-cookies.js';
import { UserLinksController } from './user-links.controller.js';
import { UserLinksService } from './user-links.service.js';
import { UsedStates } from './used-states.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([LinkedAccountEntity]), UsersModule, AuthModule],
  controllers: [OauthController, LinkedAccountsController, UserLinksController],
  providers: [
    SealedCookies,
    UsedStates,
    Flows,
    Passport,
    LinkedAccountRepository,
    ProviderAccounts,
    AccountLinks,
    UserLinksService,
    OauthService,
  ],
})
export class OauthModule {}
