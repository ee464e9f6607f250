import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { PriceList } from './price-list.js';
import { PriceRepository } from './price.repository.js';
import { PricesController } from './prices.controller.js';
import { PricesService } from './prices.service.js';

/** What calls cost. */
@Module({
  imports: [AuthModule, ProvidersModule],
  controllers: [PricesController],
  providers: [PriceRepository, PriceList, PricesService],
  exports: [PriceList],
})
export class PricesModule {}
