import { HttpErrorResponse, HttpResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject, Injector } from '@angular/core';
import { tap } from 'rxjs';
import { Connection } from './connection';

/** Tells `Connection` of every answer, and of every call that got none. */
export const watchConnection: HttpInterceptorFn = (request, next) => {
  // Connection itself calls through here: it is looked up when an answer came, not while it is being made.
  const injector = inject(Injector);
  return next(request).pipe(
    tap({
      next: (event) => {
        if (event instanceof HttpResponse) injector.get(Connection).reportAnswer();
      },
      error: (error: unknown) => {
        if (!(error instanceof HttpErrorResponse)) return;
        if (error.status === 0) injector.get(Connection).reportLost();
        else injector.get(Connection).reportAnswer();
      },
    }),
  );
};
