import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A sign-in on one device, from its opening to its end; an ended one has no row. */
@Entity('sessions')
export class SessionEntity {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column('integer', { name: 'user_id' })
  userId: number;

  /** The user's number when it was opened: with another one the session is over. */
  @Column('integer', { name: 'credentials_version' })
  credentialsVersion: number;

  /** SHA-256 of the part that all refresh tokens of this session share. */
  @Column('bytea', { name: 'family_digest' })
  familyDigest: Buffer;

  /** SHA-256 of the refresh token that is next to be used. */
  @Column('bytea', { name: 'token_digest' })
  tokenDigest: Buffer;

  /** Of its predecessor. */
  @Column('bytea', { name: 'previous_digest', nullable: true })
  previousDigest: Buffer | null;

  /** Longest time between two refreshes. */
  @Column('integer', { name: 'idle_seconds' })
  idleSeconds: number;

  @Column('text', { nullable: true })
  address: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  /** The last refresh, or the opening. */
  @Column('timestamptz', { name: 'rotated_at', default: () => 'now()' })
  rotatedAt: Date;

  /** Whatever happens, it does not last longer. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
