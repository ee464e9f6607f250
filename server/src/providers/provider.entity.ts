import {
  Column,
  CreateDateColumn,
  Entity,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import type { ProviderEntry } from '../config/provider-file.js';

/** What an entry says beside its identity, its state, its address, its models and its secrets. */
export type ProviderSettings = Omit<
  ProviderEntry,
  'name' | 'api_format' | 'enabled' | 'priority' | 'base_url' | 'api_key' | 'custom_headers' | 'models'
>;

@Entity('providers')
@Unique(['name', 'apiFormat'])
export class Provider {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column('text')
  name: string;

  @Column('text', { name: 'api_format' })
  apiFormat: ProviderEntry['api_format'];

  @Column('boolean', { default: true })
  enabled: boolean;

  @Column('integer', { default: 1 })
  priority: number;

  /** Decides among equal priorities: the order of the file, then what the portal added. */
  @Column('integer', { default: 0 })
  position: number;

  @Column('text', { name: 'base_url' })
  baseUrl: string;

  /** Sealed. */
  @Column('text', { name: 'api_key', nullable: true })
  apiKey: string | null;

  /** Name -> sealed value. */
  @Column('jsonb', { name: 'custom_headers', default: {} })
  customHeaders: Record<string, string>;

  /** Fields whose text has references to resolve: `api_key`, `base_url`, `custom_headers.<name>`. Only the file makes them. */
  @Column('text', { name: 'reference_fields', array: true, default: '{}' })
  referenceFields: string[];

  @Column('jsonb', { default: {} })
  settings: ProviderSettings;

  /** The file made it; removed from the file, it goes. */
  @Column('boolean', { name: 'from_file', default: false })
  fromFile: boolean;

  @VersionColumn({ type: 'integer', default: 1 })
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

/** One model of one provider, at its place in a tier. */
@Entity('provider_models')
export class ProviderModel {
  @PrimaryColumn('integer', { name: 'provider_id' })
  providerId: number;

  @PrimaryColumn('text')
  tier: string;

  @PrimaryColumn('integer')
  position: number;

  @Column('text')
  model: string;
}
