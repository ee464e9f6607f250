import { describe, expect, it } from '@jest/globals';
import { describeApiKey, generateApiKey, hasApiKeyShape } from './api-key-format.js';

describe('API keys', () => {
  it('are sk- with 49 letters and digits, each different, and known by their shape', () => {
    const keys = Array.from({ length: 200 }, generateApiKey);
    expect(new Set(keys).size).toBe(200);
    for (const key of keys) {
      expect(key).toMatch(/^sk-[0-9A-Za-z]{49}$/);
      expect(hasApiKeyShape(key)).toBe(true);
    }
  });

  it('have a checksum that one wrong letter breaks, wherever it is', () => {
    const key = generateApiKey();
    for (let position = 3; position < key.length; position += 1) {
      const wrong = key.charAt(position) === 'a' ? 'b' : 'a';
      expect(hasApiKeyShape(key.slice(0, position) + wrong + key.slice(position + 1))).toBe(false);
    }
  });

  it('of the product before this one are taken as well', () => {
    expect(hasApiKeyShape(`sk-${'0123456789abcdef'.repeat(4)}`)).toBe(true);
  });

  it.each([
    '', 'sk-', 'sk-ant-api03-abcdef', `sk-${'a'.repeat(49)}`, `sk-${'A1'.repeat(32)}`, `sk-${'0'.repeat(63)}`, ` sk-${'0'.repeat(64)}`,
    `sk-${'0'.repeat(64)}\n`, "sk-' OR 1=1--", 'x'.repeat(100_000), 'Bearer x', 'eyJhbGciOiJIUzI1NiJ9.e30.x',
  ])('are not %j', (text) => {
    expect(hasApiKeyShape(text)).toBe(false);
  }); // prettier-ignore

  it('show eight letters at the beginning and four at the end', () => {
    expect(describeApiKey('sk-12345678abcdefgh')).toEqual({ prefix: 'sk-12345678...', lastFour: 'efgh' });
  });
});
