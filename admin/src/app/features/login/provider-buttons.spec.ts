import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { TranslateService, provideTranslateService } from '@ngx-translate/core';
import { ProviderButtons } from './provider-buttons';

async function setUp(next: string | undefined, providers: object) {
  TestBed.configureTestingModule({
    providers: [provideHttpClient(), provideHttpClientTesting(), provideTranslateService({ lang: 'en-US' })],
  });
  TestBed.inject(TranslateService).setTranslation('en-US', { login: { or: 'or', with: 'With {{name}}' } });
  const fixture = TestBed.createComponent(ProviderButtons);
  fixture.componentRef.setInput('next', next);
  fixture.detectChanges();
  TestBed.inject(HttpTestingController).expectOne('/oauth/providers').flush({ providers });
  await fixture.whenStable();
  const host = fixture.nativeElement as HTMLElement;
  return {
    host,
    links: Array.from(host.querySelectorAll('a'), (link) => [
      link.textContent.trim(),
      link.getAttribute('href'),
    ]),
  };
}

describe('ProviderButtons', () => {
  it('leads to each provider that is configured, in the order of the server', async () => {
    const { links } = await setUp('/keys?a=1', { github: { name: 'GitHub' }, oidc: { name: 'Corp' } });
    expect(links).toEqual([
      ['With GitHub', '/oauth/github/login?next=%2Fkeys%3Fa%3D1'],
      ['With Corp', '/oauth/oidc/login?next=%2Fkeys%3Fa%3D1'],
    ]);
  });

  it('takes nobody to another site', async () => {
    const { links } = await setUp('//evil.example', { github: { name: 'GitHub' } });
    expect(links).toEqual([['With GitHub', '/oauth/github/login']]);
  });

  it('is not there when nothing is configured', async () => {
    const { host } = await setUp(undefined, {});
    expect(host.textContent.trim()).toBe('');
  });
});
