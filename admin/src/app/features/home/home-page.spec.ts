import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { PublicProvider } from '@ccs/dto';
import { provideTranslateService } from '@ngx-translate/core';
import { HomePage } from './home-page';

const QWEN: PublicProvider = {
  name: 'qwen',
  api_format: 'openai',
  enabled: true,
  disabled_reason: null,
  models: { middle: ['qwen-plus'] },
};
const REFRESH_MS = 15_000;

async function setUp() {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      provideHttpClient(),
      provideHttpClientTesting(),
      provideTranslateService({ lang: 'en-US' }),
    ],
  });
  const fixture = TestBed.createComponent(HomePage);
  const host = fixture.nativeElement as HTMLElement;
  const server = TestBed.inject(HttpTestingController);
  const answer = async (providers: readonly PublicProvider[]): Promise<void> => {
    fixture.detectChanges();
    server.expectOne('/api/providers/public').flush(providers);
    await vi.advanceTimersByTimeAsync(0);
    fixture.detectChanges();
  };
  await answer([QWEN]);
  return { fixture, host, answer, server };
}

describe('HomePage', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('notices by itself that nobody answers any more, and leaves the focus and what was typed alone', async () => {
    const { fixture, host, answer } = await setUp();
    document.body.append(host);
    const heading = host.querySelector('h1');
    expect(heading?.textContent).toBe('home.status.ready.heading');
    const input = host.querySelector<HTMLInputElement>('ccs-test-message input');
    input?.focus();

    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    await answer([{ ...QWEN, enabled: false, disabled_reason: 'no key' }]);
    expect(host.querySelector('h1')).toBe(heading);
    expect(heading?.textContent).toBe('home.status.allDisabled.heading');
    expect(document.activeElement).toBe(input);
    fixture.destroy();
  });

  it('keeps the list while a newer one cannot be had, and says so', async () => {
    const { host, fixture, server } = await setUp();
    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    fixture.detectChanges();
    server
      .expectOne('/api/providers/public')
      .flush({ code: 'internal_error' }, { status: 500, statusText: '' });
    await vi.advanceTimersByTimeAsync(0);
    fixture.detectChanges();
    expect(host.querySelector('h1')?.textContent).toBe('home.status.ready.heading');
    expect(host.querySelector('ccs-providers-card')?.textContent).toContain('qwen');
    expect(host.querySelector('[role=alert]')).not.toBeNull();
    fixture.destroy();
  });
});
