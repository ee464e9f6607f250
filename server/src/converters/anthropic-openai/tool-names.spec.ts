import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256Hex } from '../../../test/support/conversions.js';
import { toUpstreamToolName } from './tool-names.js';

const map = (name: string, max = 64): string => toUpstreamToolName(name, max, sha256Hex);

describe('upstream tool names', () => {
  it.each(['Read', 'mcp__server__tool-1', 'n'.repeat(64)])('%s stays', (name) => {
    expect(map(name)).toBe(name);
  });

  it('keep the beginning of what they stand for', () => {
    expect(map('weather.get/now')).toMatch(/^weather_get_now_[0-9a-f]{10}$/);
    expect(map('n'.repeat(65), 32)).toMatch(/^n{21}_[0-9a-f]{10}$/);
  });

  it('tell names apart that differ in a forbidden character or behind the cut', () => {
    expect(map('a.b')).not.toBe(map('a/b'));
    expect(map(`${'x'.repeat(100)}1`)).not.toBe(map(`${'x'.repeat(100)}2`));
  });

  it('are allowed whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
        fc.integer({ min: 16, max: 128 }),
        (name, max) => {
          expect(map(name, max)).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${max}}$`));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
