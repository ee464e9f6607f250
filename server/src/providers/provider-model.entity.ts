import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Provider } from './provider.entity.js';

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

  @ManyToOne(() => Provider, (provider) => provider.models, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'provider_id' })
  provider: Relation<Provider>;
}
