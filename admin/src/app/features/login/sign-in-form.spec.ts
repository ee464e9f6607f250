import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { provideHttpClient } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { TranslateService, provideTranslateService } from '@ngx-translate/core';
import { SignInForm } from './sign-in-form';

const TEXTS = {
  errors: { invalid_credentials: 'No match', account_disabled: 'Disabled', unreachable: 'Nobody there' },
  login: { email: 'E-mail', password: 'Password', blocked: 'Wait', submit: 'Sign in' },
  validation: { emailRequired: 'E-mail missing', passwordRequired: 'Password missing' },
};

async function setUp() {
  TestBed.configureTestingModule({
    providers: [provideHttpClient(), provideHttpClientTesting(), provideTranslateService({ lang: 'en-US' })],
  });
  TestBed.inject(TranslateService).setTranslation('en-US', TEXTS);
  const fixture = TestBed.createComponent(SignInForm);
  document.body.append(fixture.nativeElement as HTMLElement);
  const host = fixture.nativeElement as HTMLElement;
  const signedIn = vi.fn<(password: string) => void>();
  fixture.componentInstance.signedIn.subscribe(signedIn);
  await fixture.whenStable();
  const inputs = Array.from(host.querySelectorAll('input'));
  const type = (index: number, value: string): void => {
    const input = inputs[index];
    if (input === undefined) throw new Error('no such field');
    input.value = value;
    input.dispatchEvent(new Event('input'));
  };
  const submit = (): void => {
    host.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  };
  return { fixture, host, inputs, type, submit, signedIn, server: TestBed.inject(HttpTestingController) };
}

async function refuse(status: number, body: object, headers: Record<string, string> = {}) {
  const page = await setUp();
  page.type(0, 'ana@example.com');
  page.type(1, 'wrong');
  page.submit();
  page.server.expectOne('/api/auth/login').flush(body, { status, statusText: 'x', headers });
  await page.fixture.whenStable();
  return page;
}

describe('SignInForm', () => {
  it('hands on the password that was right', async () => {
    const page = await setUp();
    page.type(0, ' ana@example.com ');
    page.type(1, 'right');
    page.submit();
    const call = page.server.expectOne('/api/auth/login');
    expect(call.request.body).toEqual({ email: 'ana@example.com', password: 'right' });
    call.flush({ access_token: 't', token_type: 'bearer', user: { id: 1, email: 'ana@example.com' } });
    await page.fixture.whenStable();
    expect(page.signedIn).toHaveBeenCalledExactlyOnceWith('right');
  });

  it('says at the fields what is missing, goes to the first, and asks nobody', async () => {
    const page = await setUp();
    page.submit();
    await page.fixture.whenStable();
    expect(page.host.textContent).toContain('E-mail missing');
    expect(page.host.textContent).toContain('Password missing');
    expect(document.activeElement).toBe(page.inputs[0]);
    page.server.expectNone('/api/auth/login');
  });

  it('keeps what was typed after a wrong password and waits in its field', async () => {
    const page = await refuse(401, { code: 'invalid_credentials' });
    expect(page.host.querySelector('mat-error')?.textContent).toBe('No match');
    expect(page.inputs.map((input) => input.value)).toEqual(['ana@example.com', 'wrong']);
    expect(document.activeElement).toBe(page.inputs[1]);
    expect(page.signedIn).not.toHaveBeenCalled();
  });

  it('counts down while the server wants no further attempt', async () => {
    const page = await refuse(429, { code: 'too_many_attempts' }, { 'retry-after': '130' });
    expect(page.host.querySelector('[role=timer]')?.textContent).toBe('2:10');
    expect(page.host.querySelector('button[type=submit]')?.getAttribute('aria-disabled')).toBe('true');
  });

  it('tells a disabled account from a missing permission', async () => {
    const page = await refuse(403, { code: 'permission_denied', detail: 'User account is disabled' });
    expect(page.host.querySelector('[role=alert]')?.textContent).toContain('Disabled');
  });
});
