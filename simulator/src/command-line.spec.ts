import { describe, expect, it } from '@jest/globals';
import { CommandLineError, parseCommandLine } from './command-line.js';

describe('the command line', () => {
  it('has defaults for everything, on loopback', () => {
    expect(parseCommandLine([])).toEqual({
      port: 8011,
      host: '127.0.0.1',
      ledger: 'full',
      scripts: undefined,
      tokensPerSecond: 0,
      help: false,
    });
  });

  it('takes what it is given', () => {
    const args = [
      '--port',
      '0',
      '--host=::1',
      '--ledger',
      'off',
      '--scripts',
      'a.json',
      '--tokens-per-second',
      '40.5',
    ];
    expect(parseCommandLine(args)).toEqual({
      port: 0,
      host: '::1',
      ledger: 'off',
      scripts: 'a.json',
      tokensPerSecond: 40.5,
      help: false,
    });
  });

  it.each([
    [['--port', 'x'], '--port must be a number from 0 to 65535, not "x"'],
    [['--port', '70000'], '--port must be'],
    [['--port', ''], '--port must be'],
    [['--ledger', 'some'], '--ledger must be full, counters or off, not "some"'],
    [['--tokens-per-second', '-1'], 'tokens-per-second'],
    [['--speed', '1'], '--speed'],
    [['now'], 'now'],
  ])('refuses %j', (args, words) => {
    expect(() => parseCommandLine(args)).toThrow(CommandLineError);
    expect(() => parseCommandLine(args)).toThrow(words);
  });
});
