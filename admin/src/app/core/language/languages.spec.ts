import { matchLanguage } from './languages';

describe('matchLanguage', () => {
  it.each([
    { wanted: ['zh-CN', 'en-US'], expected: 'zh-CN' },
    { wanted: ['zh-cn'], expected: 'zh-CN' },
    { wanted: ['zh-TW'], expected: 'zh-CN' },
    { wanted: ['zh'], expected: 'zh-CN' },
    { wanted: ['en-GB', 'zh-CN'], expected: 'en-US' },
    { wanted: ['tlh', 'zh-CN'], expected: 'zh-CN' },
    { wanted: ['tlh'], expected: 'en-US' },
    { wanted: [], expected: 'en-US' },
  ])('reads $expected to who wants $wanted', ({ wanted, expected }) => {
    expect(matchLanguage(wanted)).toBe(expected);
  });
});
