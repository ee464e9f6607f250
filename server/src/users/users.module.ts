import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { FirstStartService } from './first-start.js';
import { PasswordHasher } from './password-hasher.js';
import { UserDirectory } from './user-directory.js';
import { User } from './user.entity.js';
import { UserAdministration } from './user-administration.js';
import { UserAdministrationRepository } from './user-administration.repository.js';
import { UserRepository } from './user.repository.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([User]), ApiKeysModule],
  controllers: [UsersController],
  providers: [
    UserRepository,
    UserDirectory,
    PasswordHasher,
    FirstStartService,
    UserAdministrationRepository,
    UserAdministration,
  ],
  exports: [
    UserRepository,
    UserAdministrationRepository,
    UserDirectory,
    UserAdministration,
    PasswordHasher,
    FirstStartService,
  ],
})
export class UsersModule {}
