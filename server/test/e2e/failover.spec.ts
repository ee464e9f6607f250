import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulator, type Answer, type Simulator } from '../../../simulator/src/simulator.js';
import { startOddProvider, type Cut, type OddProvider } from '../support/odd-provider.js';
import { GOOD, PROVIDER_FAULTS, status, type ProviderFault } from '../support/provider-faults.js';
import { SseReader } from '../support/sse-reader.js';
import { grammarFault, textOf } from '../support/stream-grammar.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';
import { startUnreachableProviders, type UnreachableProviders } from '../support/unreachable-providers.js';

type Dialect = 'openai' | 'anthropic';

/** A text as a whole answer. */
const WHOLE: Readonly<Record<Dialect, (text: string) => string>> = {
  openai: (text) =>
    JSON.stringify({
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    }),
  anthropic: (text) =>
    JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
};

describe.each(['openai', 'anthropic'] as const)('failover from an %s-format provider', (dialect) => {
  let simulator: Simulator;
  let odd: OddProvider;
  let unreachable: UnreachableProviders;
  let gateway: Gateway;

  const urlOf = (format: Dialect, name: string): string =>
    format === 'openai' ? simulator.openAiUrl(name) : simulator.anthropicUrl(name);
  const provider = (name: string, format: Dialect, more: Record<string, unknown> = {}) => ({
    name,
    api_format: format,
    api_key: 'up',
    base_url: urlOf(format, name),
    models: { [name]: ['m'] },
    ...more,
  });

  beforeAll(async () => {
    simulator = await startSimulator({ ledgerEntries: 10_000 });
    odd = await startOddProvider(WHOLE[dialect]);
    unreachable = await startUnreachableProviders();
    const elsewhere = { ...unreachable, simulatorPort: simulator.port, odd: odd.url };
    const pairs = PROVIDER_FAULTS.flatMap(({ name, url, settings }) =>
      ['stream', 'plain'].map((way) => ({
        bad: `bad-${name}-${way}`,
        more: { ...(url === undefined ? {} : { base_url: url(elsewhere) }), ...settings },
      })),
    );
    gateway = await startGateway({
      config: {
        // One for each fault: what one provider did is not held against another.
        providers: [
          ...pairs.map(({ bad, more }) => provider(bad, dialect, more)),
          provider('good', dialect === 'openai' ? 'anthropic' : 'openai'),
          ...['first', 'second', 'third', 'tools', 'spare', 'stale', 'alone', 'absent', 'pausing'].map(
            (name) => provider(name, dialect),
          ),
          provider('capped', dialect, { max_concurrency: 2 }),
          ...['chatty', 'early', 'cut'].map((name) =>
            provider(name, dialect, { base_url: `${odd.url}/${name}` }),
          ),
        ],
        model_aliases: {
          ...Object.fromEntries(pairs.map(({ bad }) => [`via-${bad}`, [`${bad}/m`, 'good/m']])),
          three: ['first/m', 'second/m', 'third/m'],
          'tools-then-spare': ['tools/m', 'spare/m'],
          'cut-then-spare': ['cut/m', 'spare/m'],
          'absent-then-pausing': ['absent/m', 'pausing/m'],
        },
      },
    });
  }, 90_000);

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
    odd.close();
    await unreachable.close();
  }, 60_000);

  const ask = (model: string, stream: boolean, content = 'Hi') => ({
    model,
    max_tokens: 64,
    stream,
    messages: [{ role: 'user', content }],
  });
  const askedOf = (name: string): number => simulator.ledger({ provider: name }).length;

  /** What the client has in the end: the text of a whole answer, or the error's status and type. */
  async function outcome(
    model: string,
    stream: boolean,
    headers: Record<string, string> = {},
    content?: string,
  ): Promise<unknown> {
    const response = await gateway.messages(ask(model, stream, content), headers);
    if (response.status !== 200) {
      const body = (await response.json()) as { error: { type: string } };
      return { status: response.status, type: body.error.type };
    }
    if (!stream) return ((await response.json()) as { content: { text: string }[] }).content[0]?.text;
    const events = await new SseReader(response).readToEnd();
    expect(grammarFault(events)).toBeNull();
    const last = events.at(-1);
    return last?.type === 'error' ? { error: last.error?.type } : textOf(events);
  }

  /** An error body of Anthropic's own passes with its status (specification T6); others are converted. */
  const refusalOf = ({ refusal }: ProviderFault): number | undefined =>
    refusal === 422 && dialect === 'openai' ? 400 : refusal;

  it('gives the client the whole answer of another provider, or the right error, whatever is wrong with one', async () => {
    simulator.addScript({ standing: true, answer: GOOD });
    const rows = PROVIDER_FAULTS.flatMap((fault) =>
      [true, false]
        .filter((stream) => (fault.stream ?? stream) === stream)
        .map((stream) => ({ fault, stream })),
    );
    for (const { fault, stream } of rows) {
      const bad = `bad-${fault.name}-${stream ? 'stream' : 'plain'}`;
      simulator.addScript({
        standing: true,
        match: { provider: bad },
        answer: fault.answer ?? GOOD,
        ...(fault.delivery === undefined ? {} : { delivery: fault.delivery }),
      });
    }
    const seen: unknown[] = [];
    const left = rows.map((row, index) => ({ ...row, index }));
    const caller = async (): Promise<void> => {
      for (let row = left.shift(); row !== undefined; row = left.shift()) {
        const { fault, stream, index } = row;
        const bad = `bad-${fault.name}-${stream ? 'stream' : 'plain'}`;
        const got = await outcome(`via-${bad}`, stream);
        seen[index] = {
          bad,
          got: fault.refusal === undefined ? got : (got as { status: number }).status,
          asked: askedOf(bad),
        };
      }
    };
    await Promise.all(Array.from({ length: 12 }, caller));
    expect(seen).toEqual(
      rows.map(({ fault, stream }) => ({
        bad: `bad-${fault.name}-${stream ? 'stream' : 'plain'}`,
        got: refusalOf(fault) ?? fault.got ?? GOOD,
        asked: fault.asked ?? 1,
      })),
    );
    expect(unreachable.asked()).toBe(0);
  }, 60_000);

  it('cuts a whole answer at every byte, in three ways: another provider answers each time', async () => {
    simulator.reset();
    simulator.addScript({ standing: true, answer: GOOD });
    const own = 'the whole answer';
    const viaCut = (content: string): Promise<unknown> => outcome('cut-then-spare', false, {}, content);
    const otherwise: unknown[] = [];
    for (let bytes = 0; bytes < WHOLE[dialect](own).length; bytes++) {
      const before = odd.asked();
      // Whole answers first, for a provider that mostly fails would be kept out.
      const whole = await Promise.all(Array.from({ length: 6 }, () => viaCut('whole')));
      const cuts = (['reset', 'closed', 'short'] satisfies Cut[]).map((cut) => `${cut} after ${bytes} bytes`);
      const answers = await Promise.all(cuts.map(viaCut));
      const asked = odd.asked() - before;
      if ([...answers, asked].join() !== [GOOD, GOOD, GOOD, 9].join() || whole.some((text) => text !== own))
        otherwise.push({ bytes, answers, whole, asked });
    }
    expect(otherwise).toEqual([]);
  }, 60_000);

  it('goes on to a third provider, and says how many attempts it took', async () => {
    simulator.reset();
    simulator.addScript({ standing: true, match: { provider: 'first' }, answer: status(529) });
    simulator.addScript({
      standing: true,
      match: { provider: 'second' },
      answer: 'x',
      delivery: { fault: { kind: 'reset', at: 'before_headers' } },
    });
    simulator.addScript({ standing: true, match: { provider: 'third' }, answer: GOOD });
    const response = await gateway.messages(ask('three', false), { 'x-ccs-explain': '1' });
    expect(await response.json()).toMatchObject({ content: [{ text: GOOD }] });
    expect(response.headers.get('x-ccs-attempts')).toBe('3');
    expect(response.headers.get('x-ccs-provider')).toBe('third');
    const explained = JSON.parse(response.headers.get('x-ccs-explain') ?? '') as unknown[];
    expect(explained).toMatchObject([
      { attempt: 'first/m', outcome: 'failed', errorClass: 'overload', upstreamStatus: 529 },
      { attempt: 'second/m', outcome: 'failed', errorClass: 'ambiguous' },
      { target: 'first/m', fate: 'tried' },
      { target: 'second/m', fate: 'tried' },
      { target: 'third/m', fate: 'tried' },
    ]);
  });

  it.each(['reset', 'cut'] as const)(
    'breaks a tool stream off at every event by a %s: another provider answers, or the client is told, and nothing is invented',
    async (kind) => {
      simulator.reset();
      const answer: Answer = {
        kind: 'message',
        content: [
          { type: 'text', text: 'I will look.' },
          { type: 'tool_call', name: 'Read', arguments: { path: '/etc/hosts' }, pieces: 3 },
          { type: 'tool_call', name: 'Read', arguments: { path: '/etc/passwd' }, pieces: 3 },
        ],
      };
      simulator.addScript({ standing: true, answer: GOOD });
      const ends: unknown[] = [];
      for (let afterFrame = 0; afterFrame < 30; afterFrame++) {
        const before = askedOf('tools');
        simulator.addScript({
          match: { provider: 'tools' },
          answer,
          delivery: { fault: { kind, at: { afterFrame } } },
        });
        const response = await gateway.messages(ask('tools-then-spare', true));
        const events = await new SseReader(response).readToEnd();
        expect(grammarFault(events)).toBeNull();
        expect(askedOf('tools')).toBe(before + 1);
        const last = events.at(-1)?.type;
        ends.push(textOf(events) === GOOD ? 'spare' : last);
        // Whole streams in between, for a provider that only fails would be kept out.
        for (let i = 0; i < 2; i++) {
          simulator.addScript({ match: { provider: 'tools' }, answer });
          const whole = await gateway.messages(ask('tools-then-spare', true));
          expect((await new SseReader(whole).readToEnd()).at(-1)?.type).toBe('message_stop');
        }
        if (last === 'message_stop' && textOf(events) !== GOOD) break;
      }
      expect(ends[0]).toBe('spare');
      expect(ends.filter((end) => end === 'error').length).toBeGreaterThan(6);
      expect(ends.at(-1)).toBe('message_stop');
    },
    30_000,
  );

  it('does not notice when a provider closes connections that were kept for reuse', async () => {
    simulator.reset();
    simulator.addScript({
      standing: true,
      match: { provider: 'stale' },
      answer: GOOD,
      delivery: { connection: 'silent_close' },
    });
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all([true, false, true].map((stream) => outcome('stale/m', stream)));
      expect(answers).toEqual([GOOD, GOOD, GOOD]);
    }
  }, 30_000);

  it('gives nobody what a provider says unasked on a connection that is kept', async () => {
    const [asked, connections] = [odd.asked(), odd.connections()];
    const answers = [];
    for (let call = 0; call < 5; call++) answers.push(await outcome('chatty/m', call % 2 === 0));
    expect(answers).toEqual([1, 2, 3, 4, 5].map((call) => `answer ${asked + call}`));
    // Such a connection is not used again.
    expect(odd.connections() - connections).toBe(5);
  });

  it('understands an answer that comes before the request is over', async () => {
    const system = 'x'.repeat(20 * 1024 * 1024);
    const response = await gateway.messages({ ...ask('early/m', true), system });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 413,
      body: { error: { type: 'request_too_large' } },
    });
  });

  it('lets a named provider fail alone, unless the caller allows others', async () => {
    simulator.reset();
    simulator.addScript({ standing: true, answer: GOOD });
    simulator.addScript({ standing: true, match: { provider: 'alone' }, answer: status(500) });
    expect(await outcome('alone/m', false)).toEqual({ status: 500, type: 'api_error' });
    expect(await outcome('alone/m', false, { 'x-allow-fallback': 'true' })).toBe(GOOD);
    // Its breaker never keeps a caller away who asks for it by name.
    for (let i = 0; i < 8; i++) await outcome('alone/m', false);
    expect(await outcome('alone/m', false)).toEqual({ status: 500, type: 'api_error' });
    simulator.addScript({ standing: true, match: { provider: 'alone' }, answer: GOOD });
    expect(await outcome('alone/m', true)).toBe(GOOD);
  });

  it('says each time that nobody has a model, but to wait where one that has it only pauses', async () => {
    simulator.reset();
    simulator.addScript({ standing: true, match: { provider: 'absent' }, answer: status(404) });
    simulator.addScript({ standing: true, match: { provider: 'pausing' }, answer: status(429) });
    const nobody = { status: 404, type: 'not_found_error' };
    for (let call = 0; call < 3; call++) expect(await outcome('absent/m', call === 1)).toEqual(nobody);
    for (let call = 0; call < 3; call++)
      expect(await outcome('absent-then-pausing', call === 1)).toMatchObject({ status: 429 });
    expect(askedOf('pausing')).toBe(1);
  });

  it('queues calls beyond max_concurrency, and refuses what the queue cannot take', async () => {
    simulator.reset();
    simulator.addScript({
      standing: true,
      match: { provider: 'capped' },
      answer: GOOD,
      delivery: { headersAfterMs: 300 },
    });
    const answers = await Promise.all(Array.from({ length: 9 }, (_, i) => outcome('capped/m', i % 2 === 0)));
    expect(answers.filter((answer) => answer === GOOD)).toHaveLength(6);
    expect(answers.filter((answer) => answer !== GOOD)).toEqual(
      Array.from({ length: 3 }, () => ({ status: 529, type: 'overloaded_error' })),
    );
    expect(simulator.state().providers['capped']?.mostOpen).toBe(2);
  }, 30_000);
});
