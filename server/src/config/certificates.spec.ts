import { describe, expect, it } from '@jest/globals';
import { TEST_AUTHORITY } from '../../test/support/certificates.js';
import { certificateProblem } from './certificates.js';

describe('certificates in PEM', () => {
  it('may be several, with remarks between', () => {
    expect(certificateProblem(TEST_AUTHORITY)).toBeNull();
    expect(certificateProblem(`# ours\n${TEST_AUTHORITY}\n# another\n${TEST_AUTHORITY}`)).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['text', 'nonsense'],
    ['a broken one', TEST_AUTHORITY.replace('MII', 'XXX')],
    ['a key beside it', `${TEST_AUTHORITY}-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----`],
    ['a cut one', TEST_AUTHORITY.slice(0, 200)],
  ])('are not %s', (_, text) => {
    expect(certificateProblem(text)).toMatch(/must be certificates in PEM/);
  });
});
