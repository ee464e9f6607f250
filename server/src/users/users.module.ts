import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { FirstStartService } from './first-start.js';
import { PasswordHasher } from './password-hasher.js';
import { UserDirectory } from './user-directory.js';
import { User } from './user.entity.js';
import { UserRepository } from './user.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([User]), ApiKeysModule],
  providers: [UserRepository, UserDirectory, PasswordHasher, FirstStartService],
  exports: [UserRepository, UserDirectory, PasswordHasher, FirstStartService],
})
export class UsersModule {}
