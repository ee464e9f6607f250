import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { appConfig } from './app/app.config';

bootstrapApplication(App, appConfig).catch((error: unknown) => {
  console.error(error);
  // The texts could not be loaded, so there is no translation to take this from.
  const sorry = document.createElement('p');
  sorry.textContent = 'CC Switch could not start. Reload the page. · CC Switch 无法启动，请刷新页面。';
  document.querySelector('ccs-root')?.replaceChildren(sorry);
});
