import {
  Column,
  CreateDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { LimitColumns } from '../limits/limit-columns.entity.js';

@Entity('api_keys')
export class ApiKey {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' })
  id: number;

  /** Null: the owner is gone, the key opens nothing. */
  @Column('integer', { name: 'user_id', nullable: true })
  userId: number | null;

  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  email: string | null;

  /** HMAC-SHA256 of the key; the key itself is nowhere. */
  @Column('bytea', { unique: true })
  digest: Buffer;

  @Column('text', { name: 'key_prefix' })
  keyPrefix: string;

  @Column('text', { name: 'last_four' })
  lastFour: string;

  @Column('boolean', { name: 'is_active', default: true })
  isActive: boolean;

  /** A call that a conversion would change in what the model can do is refused. */
  @Column('boolean', { default: false })
  strict: boolean;

  @Column(() => LimitColumns, { prefix: false })
  limits: LimitColumns;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  /** A deleted key stays known by its digest, so that whoever still sends it is told so. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt: Date | null;

  @VersionColumn({ type: 'integer', default: 1 })
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
