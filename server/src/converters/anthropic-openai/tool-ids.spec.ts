import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256Hex } from '../../../test/support/conversions.js';
import { decodeToolId, encodeToolId, toAlnum9ToolId, toClientToolId } from './tool-ids.js';

describe('tool ids', () => {
  it.each([
    ['functions.f:0', 'toolu_x_ZnVuY3Rpb25zLmY6MA'],
    ['call_1', 'call_1'],
    ['toolu_01Abc-_', 'toolu_01Abc-_'],
    ['', 'toolu_x_'],
  ])('%j is %j for the client', (upstream, client) => {
    expect(toClientToolId(upstream)).toBe(client);
  });

  it.each(['toolu_x_', 'toolu_x_!!!', 'toolu_x_Z', 'toolu_x__w', 'toolu_x_ZnVuY3Rpb25zLmY6MB', 'toolu_1'])(
    '%j is no encoding of another id, or of none',
    (id) => {
      expect(decodeToolId(id)).toBe(id === 'toolu_x_' ? '' : id);
    },
  );

  it('come back as they were, also when they look encoded already', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(encodeToolId('functions.f:0'))),
        (id) => {
          expect(decodeToolId(toClientToolId(id))).toBe(id);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('of nine alphanumerics are distinct and the same every time', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => toAlnum9ToolId(`toolu_${i}`, sha256Hex));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-zA-Z0-9]{9}$/.test(id))).toBe(true);
    expect(toAlnum9ToolId('toolu_1', sha256Hex)).toBe(ids[1]);
    expect(toAlnum9ToolId('abcDEF123', sha256Hex)).toBe('abcDEF123');
  });
});
