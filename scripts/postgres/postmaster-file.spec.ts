import { describe, expect, it } from '@jest/globals';
import { parsePostmasterFile } from './postmaster-file.ts';

const READY = '13749\n/data/postgres\n1795488179\n55444\n\n127.0.0.1\n 16042100        17\nready   \n';

describe('postmaster.pid', () => {
  it.each<[string, string, unknown]>([
    ['of a server that takes connections', READY, { pid: 13749, status: 'ready' }],
    ['of one that recovers', READY.replace('ready   ', 'starting'), { pid: 13749, status: 'starting' }],
    ['of one that has just begun', '13749\n/data/postgres\n1795488179\n', { pid: 13749, status: '' }],
    ['of the single-user mode', '-42\n/data/postgres\n', { pid: 42, status: '' }],
    ['that is empty', '', null],
  ])('%s', (_what, content, parsed) => {
    expect(parsePostmasterFile(content)).toEqual(parsed);
  });
});
