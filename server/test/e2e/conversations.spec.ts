import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { ConversationView, ConversationWithMessages, MessageView } from '@ccs/dto';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { SseReader, type StreamedEvent } from '../support/sse-reader.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const KEYS = {
  JWT_SECRET_KEY: '7f3b2c9d81e64a5f90b7d2c4e8a1f6b3',
  ENCRYPTION_KEY: '8b1f4c7e2a9d5063b8e1f4a7c2d59e036b8f1a4d7c2e59038b1f6a4c7d2e5903',
};
const WORDS = 60;
const LONG = 'word '.repeat(WORDS);
/** What a wait may take on a busy machine. */
const PATIENCE_MS = 30_000;

const textOf = (events: readonly StreamedEvent[]): string =>
  events.map(({ delta }) => (typeof delta?.['text'] === 'string' ? delta['text'] : '')).join('');
const storedOf = (events: readonly StreamedEvent[]): Partial<MessageView> =>
  events.find(({ type }) => type === 'answer')?.message ?? {};

describe('answers in conversations', () => {
  let simulator: Simulator;
  let gateway: Gateway;
  let replica: Gateway;
  let config: Record<string, unknown>;

  beforeAll(async () => {
    simulator = await startSimulator();
    const provider = (name: string) => ({
      name,
      api_key: 'up',
      base_url: simulator.openAiUrl(name),
      max_retries: 0,
      models: { big: [`${name}-big`], middle: [`${name}-middle`], small: [`${name}-small`] },
    });
    config = { providers: [provider('p'), provider('q')] };
    gateway = await startGateway({ config, env: KEYS });
    replica = await startGateway({ config, env: KEYS, beside: gateway });
  }, 90_000);
  beforeEach(() => simulator.reset());
  afterAll(async () => {
    await replica.stop();
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const asked = async (content = 'Hi'): Promise<{ id: number; question: number }> => {
    const conversation = await gateway.api('POST', '/api/conversations', { model: 'p/p-big' });
    const { id } = (await conversation.json()) as ConversationView;
    const message = await gateway.api('POST', `/api/conversations/${id}/messages`, { role: 'user', content });
    return { id, question: ((await message.json()) as MessageView).id };
  };
  const complete = (id: number, body: object = {}, at = gateway) =>
    at.api('POST', `/api/conversations/${id}/complete`, body);
  const messagesOf = async (id: number, at = replica): Promise<readonly MessageView[]> => {
    const answer = await at.api('GET', `/api/conversations/${id}`);
    return ((await answer.json()) as ConversationWithMessages).messages;
  };
  const slowly = (gate: string): void =>
    simulator.addScript({
      answer: {
        kind: 'message',
        content: [{ type: 'text', text: 'word ', repeat: WORDS }],
        usage: { input: 9, output: WORDS },
      },
      delivery: { gates: [{ afterFrame: 20, name: gate }] },
    });
  /** An answer that waits in its middle, and the reader who has seen that much of it. */
  const begun = async (gate: string, at = gateway) => {
    slowly(gate);
    const { id, question } = await asked();
    const response = await complete(id, {}, at);
    const reader = new SseReader(response);
    await reader.readUntil((events) => textOf(events).length > 40, PATIENCE_MS);
    return { id, question, response, reader, messageId: Number(response.headers.get('x-ccs-message-id')) };
  };
  const attach = async (id: number, messageId: number, at: Gateway): Promise<SseReader> => {
    const response = await at.api('GET', `/api/conversations/${id}/messages/${messageId}/stream`);
    expect(response.status).toBe(200);
    return new SseReader(response);
  };

  it('are streamed, and stored as they were said', async () => {
    slowly('through');
    simulator.openGate('through');
    const { id, question } = await asked('What?');
    const response = await complete(id, { parameters: { system: 'Be brief' } });
    const events = await new SseReader(response).readToEnd();
    expect(textOf(events)).toBe(LONG);
    expect(events.at(-2)).toEqual({ type: 'message_stop' });
    const stored = {
      role: 'assistant',
      content: LONG,
      status: 'complete',
      stop_reason: 'end_turn',
      parent_message_id: question,
      model: 'p/p-big',
      served_provider: 'p',
      served_model: 'p-big',
      input_tokens: 9,
      output_tokens: WORDS,
    };
    expect(storedOf(events)).toMatchObject(stored);
    expect((await messagesOf(id))[1]).toMatchObject(stored);
    expect(simulator.ledger({ provider: 'p' })[0]?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'What?' },
      ],
    });
  });

  it('are whole although the tab was closed in their middle', async () => {
    const leaving = await begun('closed');
    await leaving.reader.leave();
    simulator.openGate('closed');
    await eventually(async () => {
      expect((await messagesOf(leaving.id))[1]).toMatchObject({ status: 'complete', content: LONG });
    }, PATIENCE_MS);
    const reader = await attach(leaving.id, leaving.messageId, replica);
    expect(textOf(await reader.readToEnd())).toBe(LONG);
  });

  it('are read on from here and from another process, from their beginning to their end', async () => {
    const { id, messageId, reader } = await begun('shared');
    const [here, there] = await Promise.all([attach(id, messageId, gateway), attach(id, messageId, replica)]);
    for (const each of [here, there]) {
      await each.readUntil((events) => textOf(events).length > 40, PATIENCE_MS);
    }
    simulator.openGate('shared');
    for (const each of [reader, here, there]) {
      const events = await each.readToEnd();
      expect(textOf(events)).toBe(LONG);
      expect(storedOf(events)).toMatchObject({ id: messageId, status: 'complete' });
    }
  });

  it.each(['here', 'elsewhere'])(
    'stop when told %s, keep what had come, and end the provider’s call',
    async (where) => {
      const { id, messageId, reader } = await begun(`stop-${where}`);
      const at = where === 'here' ? gateway : replica;
      expect((await at.api('POST', `/api/conversations/${id}/messages/${messageId}/stop`)).status).toBe(200);
      const events = await reader.readToEnd();
      expect(storedOf(events)).toMatchObject({ status: 'stopped', content: textOf(events) });
      expect(textOf(events).length).toBeGreaterThan(40);
      await simulator.waitForLedger({}, ([call]) => call?.sent.outcome === 'aborted');
    },
  );

  it('keep the error, and are tried again beside it', async () => {
    const { id, question } = await asked();
    // Its asker's own fault: nobody has to wait for the provider afterwards.
    simulator.addScript({ answer: { kind: 'status', status: 400 } });
    const failed = await new SseReader(await complete(id)).readToEnd();
    expect(failed.map(({ type }) => type)).toEqual(['error', 'answer']);
    expect(storedOf(failed)).toMatchObject({ status: 'failed', error: { type: 'invalid_request_error' } });
    simulator.addScript({ answer: 'Now' });
    await new SseReader(await complete(id, { message_id: question })).readToEnd();
    expect(await messagesOf(id)).toMatchObject([
      { role: 'user' },
      { status: 'failed', parent_message_id: question },
      { status: 'complete', content: 'Now', parent_message_id: question },
    ]);
  });

  it('of several models to one question are kept apart, and the next one knows its own path only', async () => {
    const { id, question } = await asked('Name a colour');
    for (const name of ['p', 'q'])
      simulator.addScript({ match: { provider: name }, answer: `Colour of ${name}` });
    const ask = (name: string) =>
      complete(id, { message_id: question, model: `${name}-big`, provider_name: name, api_format: 'openai' });
    const answers = await Promise.all(
      ['p', 'q'].map(async (name) => storedOf(await new SseReader(await ask(name)).readToEnd())),
    );
    expect(answers).toMatchObject([
      { content: 'Colour of p', provider_name: 'p', parent_message_id: question },
      { content: 'Colour of q', provider_name: 'q', parent_message_id: question },
    ]);
    const next = { role: 'user', content: 'Why?', parent_message_id: answers[1]?.id };
    await gateway.api('POST', `/api/conversations/${id}/messages`, next);
    simulator.addScript({ answer: 'Because' });
    await new SseReader(await complete(id)).readToEnd();
    expect(simulator.ledger().at(-1)?.body).toMatchObject({
      messages: [
        { role: 'user', content: 'Name a colour' },
        { role: 'assistant', content: 'Colour of q' },
        { role: 'user', content: 'Why?' },
      ],
    });
  });

  it('of a process that is killed are marked as interrupted, with what had been stored', async () => {
    const doomed = await startGateway({ config, env: KEYS, beside: gateway });
    const { id, messageId } = await begun('killed', doomed);
    await eventually(async () => expect((await messagesOf(id))[1]?.content).not.toBe(''), PATIENCE_MS);
    const ended = once(doomed.process, 'exit');
    doomed.process.kill('SIGKILL');
    await ended;
    const events = await (await attach(id, messageId, replica)).readToEnd();
    const stored = storedOf(events);
    expect(stored.status).toBe('interrupted');
    expect(stored.content).toMatch(/^(word ){8,}/);
    expect(events.at(-2)?.type).toBe('error');
    expect(textOf(events)).toBe(stored.content);
    await doomed.stop();
  }, 60_000);
});
