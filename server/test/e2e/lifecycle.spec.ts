import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../scripts/process/free-port.js';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { NpmStart, runningProcesses, type RunningProcess } from '../support/npm-start.js';
import { SseReader } from '../support/sse-reader.js';

const QUIET_STOP_MS = 3_000;
const call = {
  model: 'claude-sonnet-5-5',
  max_tokens: 64,
  stream: true,
  messages: [{ role: 'user', content: 'Hi' }],
};

let directory: string;
let simulator: Simulator;
let port: number;
const started: NpmStart[] = [];

/** `npm start` on the port and directory of this file; later starts find what earlier ones left. */
function npmStart(env: Record<string, string> = {}): NpmStart {
  const start = NpmStart.run({
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: join(directory, 'data'),
    PROVIDER_CONFIG_PATH: join(directory, 'provider.json'),
    ...env,
  });
  started.push(start);
  return start;
}

async function readyStart(env: Record<string, string> = {}): Promise<NpmStart> {
  const start = npmStart(env);
  await start.ready();
  return start;
}

/** Resolves with the milliseconds until none of `processes` is left. */
async function gone(processes: readonly RunningProcess[], withinMs: number): Promise<number> {
  return eventually(async () => {
    const running = await runningProcesses();
    const left = processes.filter((one) =>
      running.some(({ pid, startTime }) => pid === one.pid && startTime === one.startTime),
    );
    expect(left.map(({ command }) => command)).toEqual([]);
  }, withinMs);
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ccs-lifecycle-'));
  simulator = await startSimulator();
  port = await freePort();
  await writeFile(
    join(directory, 'provider.json'),
    JSON.stringify({
      providers: [
        { name: 'sim', api_key: 'k', base_url: simulator.openAiUrl('sim'), models: { middle: ['m'] } },
      ],
    }),
  );
}, 30_000);

afterEach(async () => {
  for (const start of started.splice(0)) {
    const processes = await start.processes();
    if (processes.length === 0) continue;
    start.signal('SIGTERM');
    await gone(processes, 10_000).catch((error: unknown) => {
      // Later tests shall not fail for this one.
      for (const { pid } of processes) process.kill(pid, 'SIGKILL');
      throw error;
    });
  }
}, 60_000);

afterAll(async () => {
  await simulator.close();
  await rm(directory, { recursive: true, force: true });
});

describe('npm start', () => {
  let apiKey = '';
  const expectKeyWorks = async (): Promise<void> => {
    expect((await get('/v1/models', { 'x-api-key': apiKey })).status).toBe(200);
  };

  it('prints what a first user needs, and ends everything on a SIGTERM to npm alone', async () => {
    const start = await readyStart();
    expect(start.output).toMatch(new RegExp(`http://127\\.0\\.0\\.1:${port}`));
    expect(start.output).toMatch(/One-time password +\S{12,}/);
    expect(start.output).toMatch(/export ANTHROPIC_BASE_URL=.*\n.*export ANTHROPIC_AUTH_TOKEN=sk-/);
    apiKey = /export ANTHROPIC_AUTH_TOKEN=(\S+)/.exec(start.output)?.[1] ?? '';
    expect((await get('/health')).status).toBe(200);
    await expectKeyWorks();

    const processes = await start.processes();
    expect(processes.length).toBeGreaterThanOrEqual(4);
    start.signal('SIGTERM');
    const tookMs = await gone(processes, 10_000);
    expect(tookMs).toBeLessThan(QUIET_STOP_MS);
    expect(await start.ended).toBe(0);
  }, 90_000);

  it('keeps everything over a stop, tells no secret again, and ends on a SIGINT to the whole group', async () => {
    const start = await readyStart();
    expect(start.output).not.toMatch(/One-time password|sk-/);
    await expectKeyWorks();
    const processes = await start.processes();
    start.signal('SIGINT', 'group');
    expect(await gone(processes, 10_000)).toBeLessThan(QUIET_STOP_MS);
    expect(await start.ended).toBe(0);
  }, 60_000);

  it('starts again after kill -9 of the supervisor, and of the whole group', async () => {
    const first = await readyStart();
    const left = await first.processes();
    const server = await first.pidOf('server');
    process.kill(await first.pidOf('supervisor'), 'SIGKILL');
    expect(await first.ended).not.toBe(0);
    // The server ends by itself; PostgreSQL waits for its next start.
    await gone(
      left.filter(({ pid }) => pid === server),
      10_000,
    );

    const second = await readyStart();
    expect(second.output).toMatch(/taking it over/);
    await expectKeyWorks();
    const killed = await second.processes();
    second.signal('SIGKILL', 'group');
    await second.ended;

    const third = await readyStart();
    await expectKeyWorks();
    // Nothing of the killed ones is left beside it.
    await gone([...left, ...killed], 1_000);
    expect((await third.processes()).filter(({ command }) => /bin\/postgres -D/.test(command))).toHaveLength(
      1,
    );
  }, 120_000);

  it('leaves a gateway that uses the same DATA_DIR alone', async () => {
    const first = await readyStart();
    const before = await first.processes();
    const second = npmStart({ PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    expect(second.output).toMatch(/DATA_DIR: .* is in use by another gateway \(process \d+\)/);
    expect(await first.processes()).toEqual(before);
    await expectKeyWorks();
  }, 60_000);

  it('goes on serving when PostgreSQL is killed, and starts it again', async () => {
    const start = await readyStart();
    const killed = await start.pidOf('postgres');
    process.kill(killed, 'SIGKILL');
    await start.printed(/PostgreSQL is running again/);
    expect(await start.pidOf('postgres')).not.toBe(killed);
    await eventually(async () => {
      const login = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'nobody@example.com', password: 'a wrong password' }),
      });
      // Only the database knows that there is no such user.
      expect(login.status).toBe(401);
    }, 15_000);
    await expectKeyWorks();

    const processes = await start.processes();
    start.signal('SIGTERM');
    expect(await gone(processes, 20_000)).toBeLessThan(QUIET_STOP_MS);
  }, 60_000);

  it('ends with a message and a non-zero code when the server is killed', async () => {
    const start = await readyStart();
    const processes = await start.processes();
    process.kill(await start.pidOf('server'), 'SIGKILL');
    expect(await start.ended).toBe(1);
    expect(start.output).toMatch(/The server ended unexpectedly \(SIGKILL\)/);
    await gone(processes, 1_000);
  }, 60_000);

  describe('while a stream runs', () => {
    const openStream = async (tokens: number): Promise<SseReader> => {
      simulator.reset();
      simulator.addScript({
        answer: { kind: 'message', content: [{ type: 'text', text: 'word ', repeat: tokens }] },
        delivery: { tokensPerSecond: 10 },
      });
      const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
        body: JSON.stringify(call),
      });
      expect(response.status).toBe(200);
      return new SseReader(response);
    };

    it('waits for its end, and takes the repetitions of one Ctrl-C for one', async () => {
      const start = await readyStart();
      const stream = await openStream(30);
      start.signal('SIGINT', 'group');
      await sleep(400);
      start.signal('SIGINT', 'group');
      await stream.readToEnd();
      expect(stream.events.at(-1)).toMatchObject({ type: 'message_stop' });
      expect(await start.ended).toBe(0);
    }, 60_000);

    it('cuts it off at SHUTDOWN_TIMEOUT', async () => {
      const start = await readyStart({ SHUTDOWN_TIMEOUT: '2' });
      const stream = await openStream(300);
      const processes = await start.processes();
      start.signal('SIGTERM');
      const read = stream.readToEnd().catch(() => undefined);
      const tookMs = await gone(processes, 15_000);
      expect(tookMs).toBeGreaterThan(1_900);
      expect(tookMs).toBeLessThan(2_000 + QUIET_STOP_MS);
      await read;
    }, 60_000);

    it('ends at once on a second signal, more than a second after the first', async () => {
      const start = await readyStart();
      const stream = await openStream(300);
      const read = stream.readToEnd().catch(() => undefined);
      const processes = await start.processes();
      start.signal('SIGTERM');
      await sleep(1_300);
      start.signal('SIGTERM');
      expect(await gone(processes, 10_000)).toBeLessThan(QUIET_STOP_MS);
      await read;
    }, 60_000);
  });
});

describe('a start that cannot be', () => {
  let taken: Server;
  let takenPort: number;

  beforeAll(async () => {
    takenPort = await freePort();
    taken = createServer().listen(takenPort, '127.0.0.1');
    await writeFile(join(directory, 'a-file'), '');
    await writeFile(join(directory, 'broken.json'), '{"providers": [{"name": 7}]}');
  });

  afterAll(() => void taken.close());

  it.each<[string, () => Record<string, string>, number, RegExp]>([
    [
      'the port is taken',
      () => ({ PORT: String(takenPort) }),
      1,
      /^PORT: port \d+ on 127\.0\.0\.1 is taken/m,
    ],
    [
      'HOST is not of this machine',
      () => ({ HOST: '192.0.2.1' }),
      1,
      /^HOST: 192\.0\.2\.1 is not an address/m,
    ],
    [
      'DATA_DIR is a file',
      () => ({ DATA_DIR: join(directory, 'a-file') }),
      1,
      /^DATA_DIR: .*there is a file/m,
    ],
    ['DATA_DIR cannot be written', () => ({ DATA_DIR: '/sys/cc-switch' }), 1, /^DATA_DIR: .*may not write/m],
    [
      'variables are wrong',
      () => ({ DATA_DIR: join(directory, 'data2'), LOG_LEVEL: 'loud', SHUTDOWN_TIMEOUT: 'soon', PORT: 'x' }),
      78,
      /PORT[^]*LOG_LEVEL[^]*SHUTDOWN_TIMEOUT/,
    ],
    [
      'provider.json is broken and the database empty',
      () => ({ DATA_DIR: join(directory, 'data2'), PROVIDER_CONFIG_PATH: join(directory, 'broken.json') }),
      78,
      /broken\.json[^]*providers/,
    ],
  ])(
    'says why when %s',
    async (_reason, env, exitCode, message) => {
      const start = npmStart({ PORT: String(await freePort()), ...env() });
      expect(await start.ended).toBe(exitCode);
      expect(start.output).toMatch(message);
      expect(start.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    },
    60_000,
  );

  it('refuses a database of another PostgreSQL, and leaves it as it is', async () => {
    const version = join(directory, 'data', 'postgres', 'PG_VERSION');
    const own = await readFile(version, 'utf8');
    await writeFile(version, '15\n');
    const start = npmStart();
    expect(await start.ended).toBe(1);
    expect(start.output).toMatch(/was made by PostgreSQL 15, and this version of CC Switch brings \d+/);
    await writeFile(version, own);
  }, 60_000);

  it('keeps the database password and the database to their owner', async () => {
    expect((await stat(join(directory, 'data', 'postgres.password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'data', 'postgres'))).mode & 0o777).toBe(0o700);
  });
});
