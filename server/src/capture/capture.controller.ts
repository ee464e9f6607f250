import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Put, Query, Req } from '@nestjs/common';
import { DeleteCapturesQueryDto, SetCaptureRuleDto, type CaptureRuleView, type CaptureView } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { IdPipe } from '../http/id.pipe.js';
import { CaptureRulesService, type CaptureActor } from './capture-rules.service.js';

const REQUEST_ID = /^(req_)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Bodies of calls: whose are captured, and what was. */
@Controller('api')
@SessionAccess('config')
export class CaptureController {
  constructor(private readonly captures: CaptureRulesService) {}

  @Get('capture/rules')
  rules(): Promise<readonly CaptureRuleView[]> {
    return this.captures.rules();
  }

  @Put('capture/rules')
  set(
    @Req() request: object,
    @Ip() address: string,
    @Body() dto: SetCaptureRuleDto,
  ): Promise<CaptureRuleView> {
    return this.captures.set(by(request, address), dto);
  }

  @Delete('capture/rules/:id')
  @HttpCode(204)
  end(@Req() request: object, @Ip() address: string, @Param('id', IdPipe) id: number): Promise<void> {
    return this.captures.end(by(request, address), id);
  }

  @Delete('captures')
  async delete(
    @Req() request: object,
    @Ip() address: string,
    @Query() query: DeleteCapturesQueryDto,
  ): Promise<{ deleted: number }> {
    return { deleted: await this.captures.delete(by(request, address), query) };
  }

  @Get('stats/requests/:request_id/capture')
  read(
    @Req() request: object,
    @Ip() address: string,
    @Param('request_id') requestId: string,
  ): Promise<CaptureView> {
    if (!REQUEST_ID.test(requestId)) throw new NotFoundError('Nothing was captured of this request');
    return this.captures.read(by(request, address), requestId.toLowerCase());
  }
}

const by = (request: object, address: string): CaptureActor => ({
  principal: requestPrincipal(request),
  address,
});
