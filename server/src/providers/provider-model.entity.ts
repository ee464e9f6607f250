import { Column, Entity, PrimaryColumn } from 'typeorm';

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
