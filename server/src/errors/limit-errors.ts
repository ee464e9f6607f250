import { GatewayError } from './gateway-error.js';

type Headers = Readonly<Record<string, string>>;

const seconds = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1_000)));

/** Requests or tokens per minute are used up; `headers` tell what is left of what. */
export class RateLimitedError extends GatewayError {
  constructor(whose: string, what: string, limit: number, retryAfterMs: number, headers: Headers) {
    super(
      'rate_limited',
      `${whose} may use ${limit} ${what} per minute. Try again in ${seconds(retryAfterMs)} s.`,
      { headers: { ...headers, 'retry-after': seconds(retryAfterMs) } },
    );
  }
}

/** As many calls as are allowed at once are under way. */
export class ConcurrencyLimitedError extends GatewayError {
  constructor(whose: string, limit: number, retryAfterMs: number, headers: Headers) {
    super('concurrency_limited', `${whose} may have ${limit} calls at once. Try again when one is over.`, {
      headers: { ...headers, 'retry-after': seconds(retryAfterMs) },
    });
  }
}

/** Nothing is left; only time or an administrator helps, so clients are told not to try again. */
export class BudgetSpentError extends GatewayError {
  constructor(whose: string, period: 'day' | 'month', endsAtMs: number, headers: Headers) {
    super(
      'budget_spent',
      `${whose} has spent its budget of this ${period}. It begins anew at ${new Date(endsAtMs).toISOString()}.`,
      { headers: { ...headers, 'x-should-retry': 'false' } },
    );
  }
}

/** Something is left, but calls under way may need it: one after the other. */
export class BudgetBusyError extends GatewayError {
  constructor(whose: string, retryAfterMs: number, headers: Headers) {
    super(
      'budget_busy',
      `${whose} has little left of its budget: calls run one at a time. Try again when the present one is over.`,
      { headers: { ...headers, 'retry-after': seconds(retryAfterMs) } },
    );
  }
}

/** Whether a budget has anything left cannot be known now. */
export class BudgetUnavailableError extends GatewayError {
  constructor(cause?: unknown) {
    super('budget_unavailable', 'What is left of the budget cannot be checked now. Try again shortly.', {
      cause,
      headers: { 'retry-after': '2' },
    });
  }
}
