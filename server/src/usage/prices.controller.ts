import { Body, Controller, Get, Put, Query, Req } from '@nestjs/common';
import { ListPricesDto, SetPriceDto, type PriceView } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { PricesService } from './prices.service.js';

@Controller('api/prices')
export class PricesController {
  constructor(private readonly prices: PricesService) {}

  @Get()
  @SessionAccess('config', 'stats')
  list(@Query() query: ListPricesDto): readonly PriceView[] {
    return this.prices.list(query);
  }

  /** A price from now, or from `valid_from`, on; earlier ones stay for earlier calls. Answers with the provider's prices. */
  @Put()
  @SessionAccess('config')
  set(@Body() body: SetPriceDto, @Req() request: object): Promise<readonly PriceView[]> {
    return this.prices.set(body, requestPrincipal(request).userId);
  }
}
