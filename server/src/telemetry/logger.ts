import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

const PINO_LEVEL: Readonly<Record<LogLevel, string>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
};

/**
 * Second net under the rule that only typed events are logged: keys that look like credentials are cut
 * wherever they stand in an event.
 */
const CREDENTIAL_KEYS = ['authorization', 'api_key', 'apiKey', 'password', 'cookie', 'token', 'access_token'];
const REDACT = CREDENTIAL_KEYS.flatMap((key) => [key, `*.${key}`, `*["x-api-key"]`]);

/** JSON lines on stdout, one per event; writes are batched by the destination and never block a request. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level: PINO_LEVEL[level],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...new Set(REDACT)], censor: '[secret]' },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

/** Nest's own messages through the same logger; its start-up chatter is debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }
}
