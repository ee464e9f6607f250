import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator, type LedgerEntry, type Simulator } from '../../../simulator/src/simulator.js';
import { ClaudeCode } from '../support/claude-code.js';
import { describeIf } from '../support/requirements.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

/** A red square of 8 × 8. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC',
  'base64',
);

const toolCall = (name: string, args: unknown, id: string) =>
  ({ type: 'tool_call', name, arguments: args, id }) as const;

/** Each from a provider of its own: what one does to a credential or a model is not what the next is about. */
const FAILURES: readonly [string, string, number, string, RegExp, readonly [number, number]][] = [
  ['a bad request', 'strange', 400, 'messages.0: strange', /strange/, [1, 8]],
  ['a missing model', 'absent', 404, 'no such model', /model/, [1, 4]],
  ['a request that is too large', 'large', 413, 'too large', /too large/i, [1, 1]],
  ['a rate limit', 'throttled', 429, 'slow down', /slow down/, [1, 8]],
  ['a failure', 'broken', 500, 'broken', /broken/, [2, 8]],
  ['overload', 'overloaded', 529, 'overloaded', /overload/i, [2, 12]],
  [
    'a full context',
    'full',
    400,
    "This model's maximum context length is 1000 tokens. However, your messages resulted in 2000 tokens.",
    /too long/i,
    [1, 4],
  ],
  ['a refused credential', 'locked', 401, 'bad key', /locked.*bad key/s, [1, 1]],
  ['an empty account', 'empty', 402, 'no credit', /no credit/, [1, 1]],
];

describeIf('claude-code', 'Claude Code', () => {
  describe.each(['openai', 'anthropic'] as const)('on an %s-format provider', clientOn);
});

function clientOn(dialect: 'openai' | 'anthropic'): void {
  let simulator: Simulator;
  let gateway: Gateway;
  let claude: ClaudeCode;

  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startGateway({
      config: {
        providers: ['p', ...FAILURES.map(([, name]) => name)].map((name, index) => ({
          name,
          priority: index + 1,
          api_format: dialect,
          api_key: 'up',
          base_url: dialect === 'openai' ? simulator.openAiUrl() : simulator.anthropicUrl(),
          models: { big: ['m-big'], middle: ['m-middle'], small: ['m-small'] },
        })),
      },
    });
    claude = await ClaudeCode.create(gateway.url, gateway.apiKey);
    console.log(`Claude Code ${await claude.version()}, ${dialect}-format provider`);
  }, 60_000);

  beforeEach(() => simulator.reset());

  afterAll(async () => {
    await claude.remove();
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const requests = (): LedgerEntry[] => simulator.ledger({ endpoint: 'messages' });

  it('answers a prompt, with the model of the right tier and the usage the provider reported', async () => {
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'message',
        content: [{ type: 'text', text: 'Hello from upstream' }],
        usage: { input: 900, output: 5, cacheRead: 600 },
      },
    });
    const run = await claude.run('Say hello', ['--model', 'sonnet']);
    expect(run.result).toMatchObject({
      is_error: false,
      result: 'Hello from upstream',
      usage: { input_tokens: 300, cache_read_input_tokens: 600, output_tokens: 5 },
    });
    expect(requests()[0]?.body).toMatchObject({ model: 'm-middle', stream: true });
    expect(JSON.stringify(requests()[0]?.headers)).not.toContain(gateway.apiKey);
  }, 200_000);

  it('runs a tool loop that really runs Bash and Read', async () => {
    const notes = await claude.file('notes.txt', 'the secret word is heliotrope\n');
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'steps',
        steps: [
          {
            kind: 'message',
            content: [
              { type: 'text', text: 'First a command.' },
              toolCall('Bash', { command: 'echo ran-$((20+22))', description: 'add' }, 'call_bash'),
            ],
          },
          { kind: 'message', content: [toolCall('Read', { file_path: notes }, 'call_read')] },
          {
            kind: 'message',
            content: [
              { type: 'reasoning', text: 'Both done.' },
              { type: 'text', text: 'All done' },
            ],
          },
        ],
      },
    });
    const run = await claude.run('Do it', ['--allowedTools', 'Bash(echo:*)', 'Read']);
    expect(run.result).toMatchObject({ is_error: false, result: 'All done' });
    expect(requests()).toHaveLength(3);
    expect(requests()[1]?.bodyText.includes('ran-42')).toBe(true);
    expect(requests()[2]?.bodyText.includes('heliotrope')).toBe(true);
  }, 200_000);

  it('runs parallel tools and pairs each result with its call', async () => {
    const answer = (step: number): string => `out-${step}`;
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'steps',
        steps: [
          {
            kind: 'message',
            interleaveToolCalls: dialect === 'openai',
            content: [1, 2, 3].map((step) =>
              toolCall(
                'Bash',
                { command: `echo ${answer(step)}`, description: `step ${step}` },
                `call_${step}`,
              ),
            ),
          },
          'Three done',
        ],
      },
    });
    const run = await claude.run('Three at once', ['--allowedTools', 'Bash(echo:*)']);
    expect(run.result).toMatchObject({ is_error: false, result: 'Three done' });
    const results = toolResults(dialect, requests()[1]);
    expect(Object.keys(results).sort()).toEqual(['call_1', 'call_2', 'call_3']);
    for (const step of [1, 2, 3]) expect(results[`call_${step}`]).toContain(answer(step));
  }, 200_000);

  it('reads an image', async () => {
    const path = await claude.file('red.png', PNG);
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'steps',
        steps: [
          { kind: 'message', content: [toolCall('Read', { file_path: path }, 'call_image')] },
          'A red square',
        ],
      },
    });
    const run = await claude.run('What is in the picture?', ['--allowedTools', 'Read']);
    expect(run.result).toMatchObject({ is_error: false, result: 'A red square' });
    const body = requests()[1]?.bodyText ?? '';
    expect(body).toContain(
      dialect === 'openai' ? '"url":"data:image/png;base64,' : '"media_type":"image/png"',
    );
  }, 200_000);

  it('compacts a conversation', async () => {
    simulator.addScript({ standing: true, answer: 'Hello again' });
    simulator.addScript({
      standing: true,
      match: { userText: '<summary>' },
      answer: '<summary>We said hello.</summary>',
    });
    await claude.run('Hello');
    const before = requests().length;
    const run = await claude.run('/compact', ['--continue']);
    expect(run.result).toMatchObject({ is_error: false });
    expect(requests().length).toBeGreaterThan(before);
    const after = await claude.run('Go on', ['--continue']);
    expect(after.result).toMatchObject({ is_error: false, result: 'Hello again' });
    expect(requests().at(-1)?.bodyText.includes('We said hello.')).toBe(true);
  }, 240_000);

  it.each(FAILURES)(
    'tells the user of %s',
    async (_, provider, status, message, shown, [fewest, most]) => {
      simulator.addScript({
        standing: true,
        answer: { kind: 'status', status, message, headers: { 'retry-after': '0' } },
      });
      const run = await claude.run('Hello', [], {
        CLAUDE_CODE_MAX_RETRIES: '1',
        ANTHROPIC_CUSTOM_HEADERS: `X-Provider-Name: ${provider}`,
      });
      expect(run.result).toMatchObject({ is_error: true });
      expect(String(run.result['result'])).toMatch(shown);
      expect(requests().length).toBeGreaterThanOrEqual(fewest);
      expect(requests().length).toBeLessThanOrEqual(most);
    },
    120_000,
  );
}

/** tool call id -> text of its result, as the provider received it. */
function toolResults(
  dialect: 'openai' | 'anthropic',
  entry: LedgerEntry | undefined,
): Record<string, string> {
  const { messages } = entry?.body as {
    messages: { role: string; tool_call_id?: string; content: unknown }[];
  };
  const results =
    dialect === 'openai'
      ? messages
          .filter(({ role }) => role === 'tool')
          .map(({ tool_call_id: id, content }) => [id, content] as const)
      : messages
          .flatMap(({ content }) => (Array.isArray(content) ? (content as Record<string, unknown>[]) : []))
          .filter(({ type }) => type === 'tool_result')
          .map(({ tool_use_id: id, content }) => [id, content] as const);
  return Object.fromEntries(results.map(([id, content]) => [String(id), JSON.stringify(content)]));
}
