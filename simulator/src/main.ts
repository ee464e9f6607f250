import { readFile } from 'node:fs/promises';
import { CommandLineError, parseCommandLine, USAGE, type CommandLine } from './command-line.js';
import { parseScripts } from './scripts/parse-script.js';
import { startSimulator, type Script, type Simulator } from './simulator.js';

try {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.help) console.log(USAGE);
  else await run(commandLine);
} catch (error) {
  console.error(`simulator: ${explain(error)}`);
  process.exitCode = 1;
}

async function run(commandLine: CommandLine): Promise<void> {
  const { port, host, ledger, scripts, tokensPerSecond } = commandLine;
  const fromFile = scripts === undefined ? [] : await readScripts(scripts);
  const simulator = await startSimulator({
    port,
    host,
    ledger,
    scripts: [...pace(tokensPerSecond), ...fromFile],
  });
  announce(simulator);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

async function readScripts(path: string): Promise<Script[]> {
  const text = await readFile(path, 'utf8');
  try {
    return parseScripts(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandLineError(`${path}: ${reason}`, { cause: error });
  }
}

/** Older than the scripts of the file, so that those come first. */
function pace(tokensPerSecond: number): Script[] {
  if (tokensPerSecond === 0) return [];
  return [{ standing: true, answer: { kind: 'assistant' }, delivery: { tokensPerSecond } }];
}

function announce(simulator: Simulator): void {
  const models = { big: ['sim-big'], middle: ['sim-middle'], small: ['sim-small'] };
  const entry = { name: 'simulator', api_key: 'sk-simulator', base_url: simulator.openAiUrl(), models };
  console.log(`The simulator listens on ${simulator.url}

  OpenAI dialect      base_url ${simulator.openAiUrl()}
  Anthropic dialect   base_url ${simulator.anthropicUrl()}
  several providers   base_url ${simulator.url}/p/<name>/v1 and ${simulator.url}/p/<name>
  control             ${simulator.url}/__sim/

To use it through the gateway, set "enabled": true in the simulator's entry of provider.json, or add this one:

${JSON.stringify(entry)}

Any key is accepted. Ctrl+C ends it.`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CommandLineError) return `${error.message}\n\n${USAGE}`;
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return 'the port is taken; choose another one with --port';
    case 'EADDRNOTAVAIL':
    case 'EACCES':
    case 'ENOENT':
      return error.message;
    default:
      return error.stack ?? error.message;
  }
}
