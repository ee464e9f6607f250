import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Script } from './scripts/script.js';

/**
 * How fast the simulator is alone: a 60-frame stream in 6 writes, asked for with the body given. The client is
 * raw sockets in this process, the simulator a process of its own.
 */
const { values } = parseArgs({
  options: {
    body: { type: 'string', default: 'bench/fixtures/bench-body-default.json' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    ledger: { type: 'string', default: 'off' },
  },
});

const script: Script = {
  standing: true,
  delivery: { framesPerWrite: 10 },
  answer: {
    kind: 'message',
    id: 'chatcmpl-selfcheck',
    model: 'sim-middle',
    respondAs: 'stream',
    usage: { input: 12_000, output: 56 },
    // With the role, finish, usage and [DONE] frames this makes 60.
    content: [{ type: 'text', text: 'word after ', pieces: 1, repeat: 56 }],
  },
};

const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const directory = await mkdtemp(join(tmpdir(), 'simulator-'));
const scriptFile = join(directory, 'scripts.json');
await writeFile(scriptFile, JSON.stringify(script));

const child = spawn(
  process.execPath,
  [join(import.meta.dirname, 'main.js'), '--port', '0', '--ledger', values.ledger, '--scripts', scriptFile],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const url = await firstUrl(child.stdout);
  const body = await readFile(values.body);
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    const before = await cpuMs(url);
    const { requests, bytes, seconds } = await load(url, body);
    const spent = (await cpuMs(url)) - before;
    console.log(
      `round ${round}: ${Math.round(requests / seconds)} requests/s, ` +
        `${(spent / requests).toFixed(3)} ms CPU per request of the simulator, ` +
        `${Math.round(bytes / requests)} bytes per answer, simulator busy ${Math.round(spent / seconds / 10)} %`,
    );
  }
} finally {
  child.kill();
  await once(child, 'exit');
  await rm(directory, { recursive: true });
}

async function firstUrl(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const url = /http:\/\/\S+/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('the simulator did not start');
}

async function cpuMs(url: string): Promise<number> {
  const state: unknown = await (await fetch(`${url}/__sim/state`)).json();
  const { process: usage } = state as { process: { cpuMs: number } }; // our own control API
  return usage.cpuMs;
}

async function load(
  url: string,
  body: Buffer,
): Promise<{ requests: number; bytes: number; seconds: number }> {
  const { hostname, port } = new URL(url);
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\n`;
  const request = Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]);
  let requests = 0;
  let bytes = 0;
  const sockets = Array.from({ length: Number(values.connections) }, () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () =>
      socket.write(request),
    );
    return socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (!chunk.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) return;
      requests += 1;
      socket.write(request);
    });
  });
  const startMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1000));
  const seconds = (performance.now() - startMs) / 1000;
  for (const socket of sockets) socket.destroy();
  return { requests, bytes, seconds };
}
