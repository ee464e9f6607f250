import { describe, expect, it } from '@jest/globals';
import { readModelList } from './model-lists.js';

const read = (value: unknown) =>
  readModelList(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('the list of a provider’s models', () => {
  it('is read in the shapes that there are, each model once, by name', () => {
    const openai = {
      data: [{ id: 'b', created: 1_700_000_000 }, { id: 'a' }, { id: 'b', created: 1_700_000_000 }],
    };
    expect(read(openai)).toEqual([
      { id: 'a', display_name: null, created_at: null },
      { id: 'b', display_name: null, created_at: '2023-11-14T22:13:20.000Z' },
    ]);
    const anthropic = { data: [{ id: 'c', display_name: 'C', created_at: '2025-01-01T00:00:00Z' }] };
    expect(read(anthropic)).toEqual([{ id: 'c', display_name: 'C', created_at: '2025-01-01T00:00:00.000Z' }]);
    expect(read([{ id: 'bare' }])?.map(({ id }) => id)).toEqual(['bare']);
    expect(read({ models: [{ name: 'models/gemini-x' }] })?.map(({ id }) => id)).toEqual(['gemini-x']);
  });

  it('leaves out what is no model, and bad times', () => {
    const list = [
      null,
      1,
      'x',
      {},
      { id: '' },
      { id: 5 },
      { id: 'x'.repeat(301) },
      { id: 'ok', created: 1e99 },
    ];
    expect(read({ data: list })).toEqual([{ id: 'ok', display_name: null, created_at: null }]);
  });

  it.each(['<html>', '{}', '{"data": {}}', '', 'null'])('is none in %j', (text) => {
    expect(read(text)).toBeNull();
  });
});
