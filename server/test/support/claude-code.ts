import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownProcess } from './own-process.js';

export interface ClaudeRun {
  readonly exitCode: number | null;
  /** One object per line of `--output-format stream-json`. */
  readonly events: readonly Record<string, unknown>[];
  /** The last event: `result`, `is_error`, `api_error_status`, `usage`, … */
  readonly result: Record<string, unknown>;
  readonly stderr: string;
}

/** A home and a working directory of its own for one or more runs of the real client. */
export class ClaudeCode {
  private constructor(
    readonly home: string,
    readonly cwd: string,
    private readonly binary: string,
    private readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  static async create(baseUrl: string, apiKey: string): Promise<ClaudeCode> {
    const binary = process.env.CLAUDE_CODE_BIN;
    if (binary === undefined) throw new Error('CLAUDE_CODE_BIN is not set');
    return new ClaudeCode(
      await mkdtemp(join(tmpdir(), 'ccs-home-')),
      await mkdtemp(join(tmpdir(), 'ccs-cwd-')),
      binary,
      baseUrl,
      apiKey,
    );
  }

  async file(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.cwd, name);
    await writeFile(path, content);
    return path;
  }

  /** Headless: one prompt, its whole tool loop, until the client ends. */
  run(
    prompt: string,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ClaudeRun> {
    const child = spawn(
      this.binary,
      ['-p', prompt, '--output-format', 'stream-json', '--verbose', ...flags],
      {
        cwd: this.cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: '/usr/local/bin:/usr/bin:/bin',
          HOME: this.home,
          // Its default is one folder in /tmp for each user, whoever made that.
          CLAUDE_CODE_TMPDIR: this.home,
          TMPDIR: this.home,
          TERM: 'xterm',
          ANTHROPIC_BASE_URL: this.baseUrl,
          ANTHROPIC_API_KEY: this.apiKey,
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          DISABLE_TELEMETRY: '1',
          DISABLE_ERROR_REPORTING: '1',
          DISABLE_AUTOUPDATER: '1',
          CLAUDE_CODE_MAX_RETRIES: '1',
          ...env,
        },
      },
    );
    ownProcess(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), 180_000);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => {
        clearTimeout(timer);
        const events = stdout
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        resolve({
          exitCode,
          events,
          result: events.findLast((event) => event['type'] === 'result') ?? {},
          stderr,
        });
      });
    });
  }

  async version(): Promise<string> {
    const child = spawn(this.binary, ['--version'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { HOME: this.home, PATH: '/usr/bin:/bin' },
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    return text.trim();
  }

  async remove(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
    await rm(this.cwd, { recursive: true, force: true });
  }
}
