import { parseArgs } from 'node:util';
import type { LedgerMode } from './ledger/ledger.js';

export interface CommandLine {
  readonly port: number;
  readonly host: string;
  readonly ledger: LedgerMode;
  /** File with scripts as JSON. */
  readonly scripts: string | undefined;
  /** Pace of the built-in assistant; 0: as fast as it goes. */
  readonly tokensPerSecond: number;
  readonly help: boolean;
}

/** A mistake in the arguments; the message is meant for a person. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

export const USAGE = `Plays an AI provider on this machine, in the OpenAI and the Anthropic dialect.

  --port <n>                port to listen on, 0 for any free one (8011)
  --host <address>          address to listen on (127.0.0.1); there is no password
  --scripts <file>          answers to give, as JSON (simulator/README.md)
  --ledger <mode>           full, counters or off (full)
  --tokens-per-second <n>   pace of the answers it makes up itself (no limit)
  --help`;

const LEDGER_MODES: readonly LedgerMode[] = ['full', 'counters', 'off'];

/** Throws `CommandLineError`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseStrictly(args);
  const ledger = LEDGER_MODES.find((mode) => mode === values.ledger);
  if (ledger === undefined) {
    throw new CommandLineError(`--ledger must be full, counters or off, not "${values.ledger}"`);
  }
  return {
    port: parseNumber('--port', values.port, 65_535, Number.isInteger),
    host: values.host,
    ledger,
    scripts: values.scripts,
    tokensPerSecond: parseNumber(
      '--tokens-per-second',
      values['tokens-per-second'],
      1_000_000,
      Number.isFinite,
    ),
    help: values.help,
  };
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8011' },
        host: { type: 'string', default: '127.0.0.1' },
        scripts: { type: 'string' },
        ledger: { type: 'string', default: 'full' },
        'tokens-per-second': { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parseNumber(
  name: string,
  text: string,
  maximum: number,
  accepts: (value: number) => boolean,
): number {
  const value = Number(text);
  if (text.trim() !== '' && accepts(value) && value >= 0 && value <= maximum) return value;
  throw new CommandLineError(`${name} must be a number from 0 to ${maximum}, not "${text}"`);
}
