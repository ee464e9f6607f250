import { describe, expect, it } from '@jest/globals';
import { ValidationFailedError } from '../errors/caller-errors.js';
import { checkEntry, pointerOf } from './entry-checks.js';

describe('the checks of an entry of the API', () => {
  it.each([
    ['$.timeout', '/timeout'],
    ['$.models.big[3]', '/models/big/3'],
    ['$.custom_headers["a b/c~d"]', '/custom_headers/a b~1c~0d'],
    ['$.model_profiles["qwen/x \\"y\\""].top_k', '/model_profiles/qwen~1x "y"/top_k'],
    ['$', ''],
  ])('make of the path %s the pointer %s', (path, pointer) => {
    expect(pointerOf(path)).toBe(pointer);
  });

  it('tell everything that is wrong at once, and keep what is right as it is', () => {
    expect(checkEntry({ timeout: 2.5, models: { big: ['m'] } })).toEqual({
      timeout: 2.5,
      models: { big: ['m'] },
    });
    const wrong = (): unknown =>
      checkEntry({ timeout: -1, custom_headers: { Host: 'x' }, profile: { nope: 1 } });
    expect(wrong).toThrow(ValidationFailedError);
    expect(wrong).toThrow(/\/timeout: .*; \/custom_headers\/Host: .*; \/profile\/nope: /);
  });
});
