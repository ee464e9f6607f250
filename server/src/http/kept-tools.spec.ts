import { describe, expect, it } from '@jest/globals';
import { KeptTools } from './kept-tools.js';

const toolsOf = (name: string) =>
  Array.from({ length: 4 }, (_, n) => ({
    name: `${name}${n}`,
    description: 'größer "quoted" \\ 日本語\n'.repeat(12),
    input_schema: {
      type: 'object',
      properties: { tools: { type: 'array' }, ['__proto__']: { n } },
    },
  }));
const request = (over: object) => ({ model: 'm', messages: [], ...over });
const encode = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

describe('kept tools', () => {
  const a = toolsOf('a');
  const b = toolsOf('b');
  const nested = { role: 'user', content: [{ type: 'tool_use', input: { tools: a } }] };
  const text = JSON.stringify(JSON.stringify(request({ tools: a })));
  const spelled = JSON.stringify(a);

  /** Each after the tools `a` and `b` were seen, and twice. */
  const bodies: readonly (readonly [string, string])[] = [
    ['tools as before', JSON.stringify(request({ tools: a, stream: true }))],
    ['other tools', JSON.stringify(request({ tools: toolsOf('c') }))],
    ['tools as before, and one more', JSON.stringify(request({ tools: [...a, { name: 'more' }] }))],
    ['tools as before, but one', JSON.stringify(request({ tools: a.slice(1) }))],
    ['no tools', JSON.stringify(request({}))],
    ['few tools', JSON.stringify(request({ tools: [{ name: 'few' }] }))],
    ['the same elsewhere', JSON.stringify(request({ messages: [nested] }))],
    ['the same elsewhere before', JSON.stringify({ messages: [nested], tools: b })],
    ['the same elsewhere behind', JSON.stringify({ tools: b, messages: [nested] })],
    ['in a text', `{"messages":[{"content":${text}}],"tools":${spelled}}`],
    ['twice', `{"tools":${spelled},"tools":${JSON.stringify(b)}}`],
    ['twice, the last one no list', `{"tools":${spelled},"tools":1}`],
    ['with blanks', JSON.stringify(request({ tools: a }), null, 1)],
    ['spelled otherwise', `{"tools":${spelled.replaceAll('größer', 'gr\\u00f6\\u00dfer')}}`],
    ['not JSON behind', `{"tools":${spelled},"n":01}`],
    ['not JSON right behind', `{"tools":${spelled}5}`],
    ['cut off within', `{"tools":${spelled.slice(0, -9)}`],
    ['cut off behind', `{"tools":${spelled}`],
    ['a list', `[{"tools":${spelled}}]`],
    ['deep', `{"tools":${'['.repeat(2_000)}${']'.repeat(2_000)}}`],
    ['not UTF-8', `{"model":"\xff","tools":${spelled}}`],
  ];

  it.each(bodies)('read as JSON.parse reads: %s', (_what, body) => {
    const kept = new KeptTools();
    for (const tools of [a, b]) kept.parse(encode(request({ tools })));
    const bytes = Buffer.from(body, body.includes('\xff') ? 'latin1' : 'utf8');
    const attempt = (read: () => unknown): string => {
      try {
        return JSON.stringify(read());
      } catch (error) {
        return String(error);
      }
    };
    const expected = attempt(() => JSON.parse(bytes.toString('utf8')));
    expect(attempt(() => kept.parse(bytes)) === expected).toBe(true);
    expect(attempt(() => kept.parse(bytes)) === expected).toBe(true);
  });

  it('are the same objects for each request, and nobody can change them', () => {
    const kept = new KeptTools();
    const read = (body: object) => kept.parse(encode(body)) as { tools: { input_schema: object }[] };
    const first = read(request({ tools: a }));
    const second = read(request({ tools: a, max_tokens: 9 }));
    expect(second).toEqual(request({ tools: a, max_tokens: 9 }));
    expect(second.tools).toBe(first.tools);
    expect(() => Object.assign(second.tools[0]?.input_schema ?? {}, { type: 'x' })).toThrow(TypeError);
    expect(read(request({ tools: b })).tools).not.toBe(first.tools);
  });

  it('may be of any depth', () => {
    const body = Buffer.from(`{"tools":[${'{"1":'.repeat(100_000)}0${'}'.repeat(100_000)}]}`);
    const kept = new KeptTools();
    expect(kept.parse(body)).toHaveProperty('tools');
    expect(kept.parse(body)).toHaveProperty('tools');
  });

  it('forget those that were not used for longest', () => {
    const kept = new KeptTools();
    const read = (name: string) =>
      (kept.parse(encode(request({ tools: toolsOf(name) }))) as { tools: object }).tools;
    const [first, used] = [read('first'), read('used')];
    for (let n = 0; n < 31; n += 1) {
      read(`other ${n}`);
      expect(read('used')).toBe(used);
    }
    expect(read('first')).not.toBe(first);
  });
});
