import { HttpClient } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import type { LoginAnswer, PasswordChanged } from '@ccs/dto';
import { firstValueFrom } from 'rxjs';
import { Session } from './session';

/** Signs in, and replaces the password. Every method rejects with what HttpClient throws; `toProblem` reads it. */
@Service()
export class AuthClient {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);

  async signIn(email: string, password: string): Promise<void> {
    const answer = await firstValueFrom(this.http.post<LoginAnswer>('/api/auth/login', { email, password }));
    this.session.begin(answer.access_token, answer.user);
  }

  async replacePassword(currentPassword: string, newPassword: string): Promise<void> {
    const answer = await firstValueFrom(
      this.http.put<PasswordChanged>('/api/auth/change-password', {
        current_password: currentPassword,
        new_password: newPassword,
      }),
    );
    this.session.renew(answer.access_token);
  }
}
