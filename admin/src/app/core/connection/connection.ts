import { HttpClient } from '@angular/common/http';
import { Service, inject, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';

const RETRY_MS = 3000;

/** Whether the gateway answers. Once a call found nobody there, it asks again until somebody is. */
@Service()
export class Connection {
  private readonly http = inject(HttpClient);
  private readonly missing = signal(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly lost = this.missing.asReadonly();

  reportLost(): void {
    if (this.missing()) return;
    this.missing.set(true);
    this.askLater();
  }

  reportAnswer(): void {
    clearTimeout(this.timer);
    this.missing.set(false);
  }

  private askLater(): void {
    this.timer = setTimeout(() => void this.ask(), RETRY_MS);
  }

  private async ask(): Promise<void> {
    // Any answer, a refusal too, passes the interceptor that reports it.
    await firstValueFrom(this.http.get('/health')).catch(() => undefined);
    if (this.missing()) this.askLater();
  }
}
