import { APP_BASE_HREF } from '@angular/common';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
  type ApplicationConfig,
} from '@angular/core';
import {
  MAT_FORM_FIELD_DEFAULT_OPTIONS,
  type MatFormFieldDefaultOptions,
} from '@angular/material/form-field';
import { MAT_SNACK_BAR_DEFAULT_OPTIONS, type MatSnackBarConfig } from '@angular/material/snack-bar';
import { TitleStrategy, provideRouter, withComponentInputBinding } from '@angular/router';
import { provideTranslateService } from '@ngx-translate/core';
import { provideTranslateHttpLoader } from '@ngx-translate/http-loader';
import { routes } from './app.routes';
import { watchConnection } from './core/connection/watch-connection';
import { Language } from './core/language/language';
import { PageTitle } from './core/page-title';
import { Theme } from './core/preferences/theme';
import { attachSession } from './core/session/attach-session';
import { SessionKeeper } from './core/session/session-keeper';

/** Every field is needed unless it says otherwise: a star at each would only be noise. */
const FORM_FIELD: MatFormFieldDefaultOptions = {
  appearance: 'outline',
  subscriptSizing: 'dynamic',
  hideRequiredMarker: true,
};
const SNACK_BAR: MatSnackBarConfig = {
  duration: 4000,
  horizontalPosition: 'start',
  verticalPosition: 'bottom',
};

export const appConfig: ApplicationConfig = {
  providers: [
    // In place of a base element, which the page's policy forbids.
    { provide: APP_BASE_HREF, useValue: '/' },
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withInterceptors([watchConnection, attachSession])),
    provideRouter(routes, withComponentInputBinding()),
    { provide: TitleStrategy, useClass: PageTitle },
    provideTranslateService({
      loader: provideTranslateHttpLoader({ prefix: '/i18n/', suffix: '.json', failOnError: true }),
    }),
    provideAppInitializer(() => {
      inject(Theme);
      return Promise.all([inject(Language).start(), inject(SessionKeeper).restore()]);
    }),
    { provide: MAT_FORM_FIELD_DEFAULT_OPTIONS, useValue: FORM_FIELD },
    { provide: MAT_SNACK_BAR_DEFAULT_OPTIONS, useValue: SNACK_BAR },
  ],
};
