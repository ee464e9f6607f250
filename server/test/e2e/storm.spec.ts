import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { SseReader } from '../support/sse-reader.js';
import { grammarFault, textOf } from '../support/stream-grammar.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const GOOD = 'the whole answer of the good one';

describe('many calls while a provider is down', () => {
  let simulator: Simulator;
  let mortal: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator({ ledger: 'counters', scripts: { standing: true, answer: GOOD } });
    mortal = await startSimulator({ ledger: 'counters', scripts: { standing: true, answer: GOOD } });
    const provider = (name: string, base_url: string, priority: number) => ({
      name,
      api_format: 'openai',
      api_key: 'up',
      base_url,
      priority,
      models: { [name]: ['m'] },
    });
    gateway = await startGateway({
      config: {
        circuit_breaker: { recovery_timeout: 1 },
        providers: [
          provider('dead', simulator.openAiUrl('dead'), 1),
          provider('storm', simulator.openAiUrl('storm'), 1),
          provider('mortal', mortal.openAiUrl('mortal'), 1),
          provider('steady', simulator.openAiUrl('steady'), 2),
        ],
        model_aliases: {
          'dead-then-steady': ['dead/m', 'steady/m'],
          'mortal-then-steady': ['mortal/m', 'steady/m'],
        },
      },
      env: { LOG_LEVEL: 'warn' },
    });
    for (const name of ['dead', 'storm']) {
      simulator.addScript({
        standing: true,
        match: { provider: name },
        answer: { kind: 'status', status: 500 },
      });
    }
  }, 60_000);

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
    await mortal.close();
  }, 60_000);

  const ask = (model: string) => ({
    model,
    max_tokens: 64,
    stream: true,
    messages: [{ role: 'user', content: 'Hi' }],
  });

  /** Whether the whole answer came, and from whom. */
  async function call(model: string): Promise<{ isWhole: boolean; by: string | null }> {
    const response = await gateway.messages(ask(model));
    if (response.status !== 200) {
      await response.arrayBuffer();
      return { isWhole: false, by: null };
    }
    const events = await new SseReader(response).readToEnd();
    const isWhole = grammarFault(events) === null && textOf(events) === GOOD;
    return { isWhole, by: response.headers.get('x-ccs-provider') };
  }

  it('answers all of 500 at once when one of two providers fails every call', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, () => call('dead-then-steady')));
    expect(answers.filter(({ isWhole }) => !isWhole)).toEqual([]);
  }, 60_000);

  it('asks a provider that fails every call at most 1.2 times for each call it is chosen for', async () => {
    const CALLS = 300;
    let left = CALLS;
    const caller = async (): Promise<void> => {
      while (left-- > 0) expect((await call('storm/m')).isWhole).toBe(false);
    };
    await Promise.all(Array.from({ length: 10 }, caller));
    const asked = simulator.state().providers['storm']?.requests ?? 0;
    console.log(`amplification at 100 % failure: ${(asked / CALLS).toFixed(3)}`);
    expect(asked).toBeGreaterThanOrEqual(CALLS);
    // The first few calls have the floor of the budget to themselves.
    expect(asked).toBeLessThanOrEqual(1.2 * CALLS + 3);
  }, 60_000);

  it('sees a provider die and come back under load, without a failed call', async () => {
    const startedAt = performance.now();
    const timeline: string[] = [];
    const note = (what: string): void => {
      timeline.push(`${((performance.now() - startedAt) / 1000).toFixed(1)} s ${what}`);
    };
    const answeredBy: (string | null)[] = [];
    let failed = 0;
    let isOver = false;
    const caller = async (): Promise<void> => {
      while (!isOver) {
        const { isWhole, by } = await call('mortal-then-steady');
        if (!isWhole) failed++;
        answeredBy.push(by);
        await sleep(10);
      }
    };
    const load = Promise.all(Array.from({ length: 6 }, caller));
    const lately = (by: string, count: number): boolean =>
      answeredBy.slice(-count).every((each) => each === by);
    try {
      await eventually(() => expect(answeredBy.length > 30 && lately('mortal', 20)).toBe(true), 20_000);
      note('mortal serves');
      const { port } = mortal;
      await mortal.close();
      note('mortal killed');
      await eventually(() => expect(gateway.output()).toMatch(/kept out/), 20_000);
      note('mortal kept out');
      await eventually(() => expect(lately('steady', 20)).toBe(true), 20_000);
      note('steady serves');
      mortal = await startSimulator({ port, ledger: 'counters', scripts: { standing: true, answer: GOOD } });
      note('mortal started');
      const before = answeredBy.length;
      await eventually(() => expect(answeredBy.slice(before)).toContain('mortal'), 40_000);
      note('mortal probed, and answers again');
    } finally {
      isOver = true;
      await load;
      console.log(`${timeline.join('\n')}\n${answeredBy.length} calls, ${failed} failed`);
    }
    expect(failed).toBe(0);
  }, 120_000);
});
