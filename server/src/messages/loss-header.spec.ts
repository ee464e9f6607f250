import { describe, expect, it } from '@jest/globals';
import { LOSSES, type LossCode } from '../converters/loss.js';
import { lossHeader } from './loss-header.js';

const ALL = Object.keys(LOSSES) as LossCode[]; // the keys of a const object are its codes

describe('x-ccs-loss', () => {
  it('is for those who ask, and only when something was lost', () => {
    expect(lossHeader({}, ['top_k_dropped'])).toEqual({});
    expect(lossHeader({ 'x-ccs-explain': '0' }, ['top_k_dropped'])).toEqual({});
    expect(lossHeader({ 'x-ccs-explain': '1' }, [])).toEqual({});
    expect(lossHeader({ 'x-ccs-explain': '1' }, ['top_k_dropped', 'betas_ignored'])).toEqual({
      'x-ccs-loss': 'top_k_dropped,betas_ignored',
    });
  });

  it('has at most 1 KB, and no half code', () => {
    const value = lossHeader({ 'x-ccs-explain': '1' }, [...ALL, ...ALL])['x-ccs-loss'] ?? '';
    expect(value.length).toBeGreaterThan(900);
    expect(value.length).toBeLessThanOrEqual(1024);
    expect(value.split(',').filter((code) => !ALL.some((known) => known === code))).toEqual([]);
  });
});
