import { Body, Controller, Get, Put, Req } from '@nestjs/common';
import {
  SetLanguageDto,
  UpdatePreferencesDto,
  type LanguageChanged,
  type LanguageView,
  type PreferencesView,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { PreferencesService } from './preferences.service.js';

/** The caller's own; nobody else's can be asked for. */
@Controller('api/preferences')
@SessionAccess('preferences')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  get(@Req() request: object): Promise<PreferencesView> {
    return this.preferences.get(requestPrincipal(request).userId);
  }

  @Put()
  update(@Req() request: object, @Body() dto: UpdatePreferencesDto): Promise<PreferencesView> {
    return this.preferences.update(requestPrincipal(request).userId, dto);
  }

  @Get('language')
  language(@Req() request: object): Promise<LanguageView> {
    return this.preferences.language(requestPrincipal(request).userId);
  }

  @Put('language')
  setLanguage(@Req() request: object, @Body() { language }: SetLanguageDto): Promise<LanguageChanged> {
    return this.preferences.setLanguage(requestPrincipal(request).userId, language);
  }
}
