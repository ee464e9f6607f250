import {
  Column,
  CreateDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { LimitColumns } from '../limits/limit-columns.entity.js';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' })
  id: number;

  /** Lower-case. */
  @Column('text', { unique: true })
  email: string;

  @Column('text', { nullable: true })
  name: string | null;

  /** Argon2id in PHC format; null: cannot sign in with a password. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash: string | null;

  @Column('boolean', { name: 'must_change_password', default: false })
  mustChangePassword: boolean;

  @Column('boolean', { name: 'is_admin', default: false })
  isAdmin: boolean;

  @Column('boolean', { name: 'is_active', default: true })
  isActive: boolean;

  /** Granted codes; an administrator needs none. */
  @Column('text', { array: true, default: '{}' })
  permissions: string[];

  /** For all that he calls, with whichever key. */
  @Column(() => LimitColumns, { prefix: false })
  limits: LimitColumns;

  /** Grows with every change of credentials: tokens issued before are worth nothing. */
  @Column('integer', { name: 'credentials_version', default: 1 })
  credentialsVersion: number;

  @VersionColumn({ type: 'integer', default: 1 })
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  @Column('timestamptz', { name: 'last_login_at', nullable: true })
  lastLoginAt: Date | null;
}
