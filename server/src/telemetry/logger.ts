import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

const PINO_LEVEL: Readonly<Record<LogLevel, string>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
};

const FLUSH_INTERVAL_MS = 250;

/**
 * Second net under the rule that only typed events are logged. No wildcards: they would walk every event of the
 * hot path.
 */
const CREDENTIAL_KEYS = ['authorization', 'api_key', 'apiKey', 'password', 'cookie', 'token', 'access_token'];

/** JSON lines on stdout, one per event; writes are batched by the destination and never block a request. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level: PINO_LEVEL[level],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: CREDENTIAL_KEYS, censor: '[secret]' },
    },
    destination ?? batchedStdout(),
  );
}

/** One write for what a quarter of a second brings, or for 8 KB; the rest at the process's end. */
function batchedStdout(): DestinationStream {
  const destination = pino.destination({ fd: 1, sync: false, minLength: 8 * 1024 });
  setInterval(() => destination.flush(), FLUSH_INTERVAL_MS).unref();
  process.on('exit', () => {
    try {
      destination.flushSync();
    } catch {
      // stdout was never opened, or is gone: there is nobody to tell.
    }
  });
  return destination;
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
