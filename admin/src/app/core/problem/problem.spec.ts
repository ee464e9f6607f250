import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';
import { toProblem } from './problem';

describe('toProblem', () => {
  it('reads a problem document with its fields, its reference and when to try again', () => {
    const error = new HttpErrorResponse({
      status: 422,
      headers: new HttpHeaders({ 'retry-after': '30' }),
      error: {
        status: 422,
        code: 'validation_failed',
        detail: 'no',
        request_id: 'req_1',
        errors: [
          { pointer: '/name', code: 'max_length', detail: 'too long' },
          'nonsense',
          { code: 'no pointer' },
        ],
      },
    });
    expect(toProblem(error)).toEqual({
      code: 'validation_failed',
      detail: 'no',
      requestId: 'req_1',
      retryAfterSeconds: 30,
      fields: [{ pointer: '/name', code: 'max_length', detail: 'too long' }],
    });
  });

  it('tells a gateway that is away from one that failed', () => {
    expect(toProblem(new HttpErrorResponse({ status: 0 })).code).toBe('unreachable');
    const proxy = new HttpErrorResponse({ status: 502, statusText: 'Bad Gateway', error: '<html>' });
    expect(toProblem(proxy)).toMatchObject({
      code: 'unexpected',
      detail: '502 Bad Gateway',
      requestId: null,
    });
  });
});
