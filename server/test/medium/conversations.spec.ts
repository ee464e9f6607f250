import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import type { ConversationView, ConversationWithMessages, MessageView } from '@ccs/dto';
import { AnswerRepository } from '../../src/conversations/answer.repository.js';
import { ConversationRetentionModule } from '../../src/conversations/conversation-retention.module.js';
import { ConversationRetention } from '../../src/conversations/conversation-retention.repository.js';
import { ConversationsModule } from '../../src/conversations/conversations.module.js';
import { StreamRegistry } from '../../src/http/stream-registry.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Answer, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery';
const PATH = '/api/conversations';

type Caller = Record<string, string>;

/** Without the end of the process that comes with the whole room. */
@Global()
@Module({ providers: [StreamRegistry], exports: [StreamRegistry] })
class StreamsModule {}

describe('conversations', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let ann: Caller;
  let bob: Caller;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }), {
      modules: [StreamsModule, ConversationsModule, ConversationRetentionModule],
    });
    await rooms.app.get(FirstStartService).run();
    ann = await somebody('ann', '{conversations,chat}');
    bob = await somebody('bob', '{conversations}');
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const somebody = async (name: string, permissions: string): Promise<Caller> => {
    const email = `${name}@example.com`;
    await database.query(
      `insert into users (email, password_hash, permissions) select $1, password_hash, $2 from users where id = 1`,
      [email, permissions],
    );
    return { authorization: `Bearer ${await rooms.signIn(email, PASSWORD)}` };
  };
  const ask = <T = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers = ann,
  ): Promise<Answer<T>> => rooms.ask<T>(method, `${PATH}${path}`, { headers, body });
  const created = async (fields: object = {}, headers = ann): Promise<ConversationView> => {
    const answer = await ask<ConversationView>('POST', '', { model: 'big', ...fields }, headers);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const said = async (id: number, fields: object): Promise<MessageView> => {
    const answer = await ask<MessageView>('POST', `/${id}/messages`, { role: 'user', ...fields });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const whole = async (id: number): Promise<ConversationWithMessages> =>
    (await ask<ConversationWithMessages>('GET', `/${id}`)).body;

  it('keep what scripts of the original write, as they read it', async () => {
    const { id } = await created({ title: 'Plans', provider_name: 'qwen', model: 'qwen-max' });
    const question = await said(id, { content: 'What now?' });
    await said(id, {
      role: 'assistant',
      content: 'Nothing',
      thinking: 'Hm',
      model: 'qwen-max',
      provider_name: 'qwen',
      api_format: 'openai',
      input_tokens: 3,
      output_tokens: 1,
      parent_message_id: question.id,
    });
    const conversation = await whole(id);
    expect(conversation).toMatchObject({
      title: 'Plans',
      provider_name: 'qwen',
      api_format: 'openai',
      model: 'qwen-max',
      last_model: 'qwen-max',
      last_provider_name: 'qwen',
    });
    expect(conversation.messages).toMatchObject([
      { role: 'user', content: 'What now?', parent_message_id: null, status: 'complete' },
      {
        role: 'assistant',
        thinking: 'Hm',
        input_tokens: 3,
        output_tokens: 1,
        parent_message_id: question.id,
      },
    ]);
    const list = await ask<ConversationView[]>('GET', '?limit=1');
    expect([list.body.length, list.headers['x-total-count']]).toEqual([1, '1']);
    for (let count = 0; count < 10; count += 1) await created({ title: 'Eleven' });
    expect((await ask<ConversationView[]>('GET', '')).body).toHaveLength(11);
  });

  it('are named after their first question', async () => {
    const { id, title } = await created();
    expect(title).toBe('');
    await said(id, { content: `  Why is\nthe sky ${'so '.repeat(30)}blue?` });
    await said(id, { content: 'And?' });
    expect((await whole(id)).title).toMatch(/^Why is the sky so .*…$/);
  });

  it('keep every version of a question, each with its own answers', async () => {
    const { id } = await created();
    const first = await said(id, { content: 'Name a colour' });
    const red = await said(id, { role: 'assistant', content: 'Red', model: 'a' });
    const retry = await said(id, {
      role: 'assistant',
      content: 'Blue',
      model: 'a',
      parent_message_id: first.id,
    });
    const next = await said(id, { content: 'Another', parent_message_id: red.id });
    const branched = await ask<MessageView>('POST', `/${id}/messages/${next.id}/branch`, {
      content: 'A darker one',
    });
    expect(branched.status).toBe(201);
    const { messages } = await whole(id);
    expect(messages.map(({ id: message, parent_message_id: above }) => [message, above])).toEqual([
      [first.id, null],
      [red.id, first.id],
      [retry.id, first.id],
      [next.id, red.id],
      [branched.body.id, red.id],
    ]);
    const ofAnswer = await ask('POST', `/${id}/messages/${red.id}/branch`, { content: 'x' });
    expect(ofAnswer.status).toBe(422);
    expect((await ask('DELETE', `/${id}/messages/${red.id}`)).status).toBe(204);
    expect((await whole(id)).messages.map(({ id: message }) => message)).toEqual([first.id, retry.id]);
  });

  it.each([
    ['an answer to an answer', 'assistant'],
    ['a question to a question', 'user'],
  ])('refuse %s, and what another conversation has', async (_, role) => {
    const { id } = await created();
    const question = await said(id, { content: 'x' });
    const answer = await said(id, { role: 'assistant', content: 'y' });
    const wrong = role === 'user' ? question.id : answer.id;
    const refused = await ask('POST', `/${id}/messages`, { role, content: 'z', parent_message_id: wrong });
    expect(refused.body['errors']).toMatchObject([{ pointer: '/parent_message_id' }]);
    const other = await created();
    const right = role === 'user' ? answer.id : question.id;
    const foreign = { role, content: 'z', parent_message_id: right };
    expect((await ask('POST', `/${other.id}/messages`, foreign)).status).toBe(422);
  });

  it.each([
    ['without a model', '', {}],
    ['with a parameter nobody knows', '', { model: 'a', parameters: { magic: 1 } }],
    ['with a temperature of ten', '', { model: 'a', parameters: { temperature: 10 } }],
  ])('refuse one %s', async (_, path, body) => {
    expect((await ask('POST', path, body)).status).toBe(422);
  });

  it('store what PostgreSQL cannot', async () => {
    const { id } = await created({ title: 'a\0b', parameters: { system: '\uD800' } });
    const message = await said(id, { content: 'x\0y', blocks: [{ type: 'text', text: '\0' }] });
    expect([message.content, message.blocks]).toEqual(['x\uFFFDy', [{ type: 'text', text: '\uFFFD' }]]);
  });

  it('show pictures by their size in lists, and whole one by one', async () => {
    const { id } = await created();
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    const { id: message } = await said(id, { content: 'Look', blocks: [image] });
    const [listed] = (await whole(id)).messages;
    expect(listed?.blocks).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', size_bytes: 3 } },
    ]);
    expect((await ask('GET', `/${id}/messages/${message}`)).body['blocks']).toEqual([image]);
  });

  describe('are found', () => {
    beforeAll(async () => {
      const texts = [
        'Über Kätzchen im Garten',
        '我喜欢人工智能和机器学习',
        'サーバーを再起動する',
        'อยากกินข้าวผัด',
        '서울에서 만나요',
      ];
      for (const content of texts) await said((await created({ title: 'Untitled' })).id, { content });
      await created({ title: 'Quarterly report' });
      const { id } = await created({}, bob);
      await ask('POST', `/${id}/messages`, { role: 'user', content: 'Kätzchen von Bob' }, bob);
    });

    it.each([
      ['katz', 'Über Kätzchen im Garten'],
      ['garten über', 'Über Kätzchen im Garten'],
      ['人工智能', '我喜欢人工智能和机器学习'],
      ['机', '我喜欢人工智能和机器学习'],
      ['再起動', 'サーバーを再起動する'],
      ['ข้าว', 'อยากกินข้าวผัด'],
      ['서울', '서울에서 만나요'],
    ])('by %s in what was said, and shown where', async (typed, excerpt) => {
      const { body, headers } = await ask<ConversationView[]>('GET', `?q=${encodeURIComponent(typed)}`);
      expect(body.map(({ match }) => match?.excerpt)).toEqual([excerpt]);
      expect(headers['x-total-count']).toBe('1');
    });

    it.each([
      ['report', 1],
      ['quart rep', 1],
      ['katz report', 0],
      ['智人', 0],
      ['hund', 0],
      ['?!', 0],
      ["' | '2:k", 0],
    ])('by %s in titles: %i', async (typed, count) => {
      expect((await ask<ConversationView[]>('GET', `?q=${encodeURIComponent(typed)}`)).body).toHaveLength(
        count,
      );
    });
  });

  it('go out of sight when deleted, and come back', async () => {
    const { id } = await created({ title: 'Gone' });
    expect((await ask('DELETE', `/${id}`)).status).toBe(204);
    expect((await ask('GET', `/${id}`)).status).toBe(404);
    expect((await ask<ConversationView[]>('GET', '?q=gone')).body).toEqual([]);
    expect((await ask('POST', `/${id}/messages`, { role: 'user', content: 'x' })).status).toBe(404);
    const [deleted] = (await ask<ConversationView[]>('GET', '?deleted=true')).body;
    expect(deleted).toMatchObject({ id, deleted_at: expect.stringMatching(/Z$/) });
    expect((await ask('POST', `/${id}/restore`)).body).toMatchObject({ id, deleted_at: null });
    expect((await ask('DELETE', `/${id}?permanent=true`)).status).toBe(204);
    expect((await ask('POST', `/${id}/restore`)).status).toBe(404);
  });

  it('go for good thirty days later, with what was said in them', async () => {
    const [old, recent, kept] = [await created(), await created(), await created()];
    for (const { id } of [old, recent, kept]) await said(id, { content: 'x' });
    for (const { id } of [old, recent]) await ask('DELETE', `/${id}`);
    const age = `update conversations set deleted_at = now() - make_interval(days => $2, mins => -5) where id = $1`;
    await database.query(age, [old.id, 31]);
    await database.query(age, [recent.id, 30]);
    expect(await rooms.app.get(ConversationRetention).enforce()).toBe(1);
    const { rows } = await database.query(
      'select conversation_id from conversation_messages where conversation_id = any($1)',
      [[old.id, recent.id, kept.id]],
    );
    expect(rows).toHaveLength(2);
    expect((await ask('POST', `/${recent.id}/restore`)).status).toBe(200);
  });

  it('let a change of an older version fail, and show the present one', async () => {
    const { id } = await created({ title: 'One' });
    const changed = await ask('PUT', `/${id}`, { title: 'Two', pinned: true, version: 1 });
    expect(changed.body).toMatchObject({ title: 'Two', pinned: true, version: 2 });
    const stale = await ask('PUT', `/${id}`, { title: 'Three', version: 1 });
    expect([stale.status, stale.body['current']]).toMatchObject([412, { title: 'Two' }]);
    const question = await said(id, { content: 'x' });
    const path = `/${id}/messages/${question.id}`;
    expect((await ask('PUT', path, { content: 'y', version: 1 })).body).toMatchObject({
      content: 'y',
      version: 2,
    });
    expect((await ask('PUT', path, { content: 'z', version: 1 })).status).toBe(412);
  });

  it.each([
    ['GET', '', undefined],
    ['PUT', '', { title: 'mine' }],
    ['DELETE', '', undefined],
    ['DELETE', '?permanent=true', undefined],
    ['POST', '/restore', undefined],
    ['GET', '/export?format=json', undefined],
    ['GET', '/messages', undefined],
    ['POST', '/messages', { role: 'user', content: 'x' }],
    ['GET', '/messages/MID', undefined],
    ['PUT', '/messages/MID', { content: 'x' }],
    ['DELETE', '/messages/MID', undefined],
    ['POST', '/messages/MID/branch', { content: 'x' }],
    ['POST', '/messages/MID/stop', undefined],
    ['GET', '/messages/MID/stream', undefined],
  ] as const)('are not there for others: %s %s', async (method, path, body) => {
    const { id } = await created();
    const { id: message } = await said(id, { content: 'private' });
    const at = `/${id}${path.replace('MID', String(message))}`;
    expect((await ask(method, at, body, bob)).status).toBe(404);
    // Nor under a conversation of his own.
    const own = await created({}, bob);
    if (path.includes('MID'))
      expect((await ask(method, at.replace(String(id), String(own.id)), body, bob)).status).toBe(404);
    expect((await whole(id)).messages).toMatchObject([{ content: 'private' }]);
  });

  it('need a permission, and to ask a model one more', async () => {
    const eve = await somebody('eve', '{chat}');
    expect((await ask('GET', '', undefined, eve)).status).toBe(403);
    const { id } = await created({}, bob);
    expect((await ask('POST', `/${id}/complete`, {}, bob)).status).toBe(403);
    expect((await ask('POST', `/${(await created()).id}/complete`, {})).status).toBe(422);
  });

  it('are exported whole as JSON, and as Markdown the way to the newest question', async () => {
    const { id } = await created({ title: '# Colours\n' });
    const first = await said(id, { content: 'Name a colour' });
    await said(id, { role: 'assistant', content: 'Red', model: 'a' });
    await said(id, { role: 'assistant', content: 'Blue', model: 'b', parent_message_id: first.id });
    await ask('POST', `/${id}/messages/${first.id}/branch`, { content: 'Name two' });
    const text = (format: string) =>
      rooms.app.inject({ method: 'GET', url: `${PATH}/${id}/export?format=${format}`, headers: ann });
    const json = (await text('json')).json<ConversationWithMessages>();
    expect(json.messages.map(({ content }) => content)).toEqual(['Name a colour', 'Red', 'Blue', 'Name two']);
    const markdown = await text('md');
    expect(markdown.headers['content-disposition']).toContain(`conversation-${id}.md`);
    expect(markdown.body).toMatch(/^# # Colours\n\n20.*\n\n## User\n\nName two\n$/);
    await ask('DELETE', `/${id}/messages/${json.messages[3]?.id}`);
    expect((await text('md')).body).toContain('## User\n\nName a colour\n\n## a\n\nRed\n\n## b\n\nBlue\n');
  });

  it('tell of an answer whose process died, and keep what had come of it', async () => {
    const { id } = await created();
    const { id: question } = await said(id, { content: 'x' });
    await database.query(
      `insert into conversation_messages (conversation_id, parent_id, role, content, status, alive_at)
       values ($1, $2, 'assistant', 'half of it', 'running', now() - interval '11 seconds')`,
      [id, question],
    );
    expect((await whole(id)).messages[1]).toMatchObject({ status: 'interrupted', content: 'half of it' });
    expect(await rooms.app.get(AnswerRepository).endAbandoned()).toBe(1);
    expect(
      (await database.query(`select 1 from conversation_messages where status = 'interrupted'`)).rowCount,
    ).toBe(1);
    expect((await ask<ConversationView[]>('GET', '?q=half')).body).toHaveLength(1);
  });
});
