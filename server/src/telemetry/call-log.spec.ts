import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { CallLog, DEFAULT_LOG_SETTINGS, type LogSettings } from './call-log.js';

function setUp(random = () => 0.5) {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const logger = pino({ level: 'info' }, destination);
  const log = new CallLog(logger, random);
  const apply = (settings: Partial<LogSettings>) => log.apply({ ...DEFAULT_LOG_SETTINGS, ...settings });
  return { log, logger, apply, messages: () => lines.map((line) => line['msg']) };
}

describe('the log of calls that were answered', () => {
  it('has a line for each unless told otherwise', () => {
    const { log, messages } = setUp();
    log.answered({ durationMs: 1 });
    expect(messages()).toEqual(['call answered']);
  });

  it('has a share of them, but each that took long', () => {
    const drawn = [0.2, 0.3, 0.1];
    const { log, apply, messages } = setUp(() => drawn.shift() ?? 1);
    apply({ samplingRate: 0.25, slowAfterMs: 100 });
    for (const durationMs of [1, 2, 3, 101]) log.answered({ durationMs });
    expect(messages()).toEqual(['call answered', 'call answered', 'call answered slowly']);
  });

  it('warns of none when nothing is slow', () => {
    const { log, apply, messages } = setUp();
    apply({ slowAfterMs: null });
    log.answered({ durationMs: 1e9 });
    expect(messages()).toEqual(['call answered']);
  });

  it('takes another level, and its own again', () => {
    const { log, logger, apply, messages } = setUp();
    apply({ level: 'warning' });
    log.answered({ durationMs: 1 });
    logger.warn('seen');
    apply({ level: 'debug' });
    logger.debug('seen too');
    apply({});
    logger.debug('not seen');
    expect(messages()).toEqual(['seen', 'seen too']);
    expect(logger.level).toBe('info');
  });
});
