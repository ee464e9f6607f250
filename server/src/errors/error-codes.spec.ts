import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ERROR_CODES } from './error-codes.js';

describe('docs/errors.md', () => {
  it('lists exactly the codes there are, with their status, type and meaning', () => {
    const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const documented = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(documented).toEqual(
      Object.entries(ERROR_CODES).map(
        ([code, { status, type, retryable, meaning }]) =>
          `| \`${code}\` | ${status} | \`${type}\` | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
      ),
    );
  });
});
