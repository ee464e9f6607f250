import { Injectable } from '@nestjs/common';
import type {
  Language,
  LanguageChanged,
  LanguageView,
  PreferencesView,
  UpdatePreferencesDto,
} from '@ccs/dto';
import { PreferencesRepository } from './preferences.repository.js';

/** What scripts of the original are told for somebody who has chosen none. */
const DEFAULT_LANGUAGE: Language = 'en-US';

/** What people have chosen for the portal. */
@Injectable()
export class PreferencesService {
  constructor(private readonly repository: PreferencesRepository) {}

  get(userId: number): Promise<PreferencesView> {
    return this.repository.find(userId);
  }

  /** @throws VersionConflictError */
  update(userId: number, { version, portal, ...choices }: UpdatePreferencesDto): Promise<PreferencesView> {
    // Fields that were left out are there as undefined, and would overwrite.
    const told = Object.fromEntries(Object.entries(choices).filter(([, choice]) => choice !== undefined));
    return this.repository.change(userId, version, {
      ...told,
      ...(portal === undefined ? {} : { portal: { ...portal } }),
    });
  }

  async language(userId: number): Promise<LanguageView> {
    const { language } = await this.repository.find(userId);
    return { language: language ?? DEFAULT_LANGUAGE };
  }

  async setLanguage(userId: number, language: Language): Promise<LanguageChanged> {
    await this.repository.change(userId, undefined, { language });
    return { success: true, message: 'Language preference updated successfully', language };
  }
}
