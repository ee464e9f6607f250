import { describe, expect, it } from '@jest/globals';
import { LossRefusedError, refuseLosses } from './refuse-losses.js';

describe('a strict caller', () => {
  it('is served what loses nothing the model can do', () => {
    expect(() => refuseLosses([], 'this API key')).not.toThrow();
    expect(() => refuseLosses([{ code: 'top_k_dropped', path: 'top_k' }], 'this API key')).not.toThrow();
  });

  it('is told each loss that matters: what, where, by which code, and who is strict', () => {
    const refuse = (): void =>
      refuseLosses(
        [
          { code: 'server_tool_dropped', path: 'tools.1' },
          { code: 'top_k_dropped', path: 'top_k' },
          { code: 'stop_sequences_cut' },
        ],
        "provider 'p'",
      );
    expect(refuse).toThrow(LossRefusedError);
    expect(refuse).toThrow(
      /provider 'p' is strict\. tools\.1: A tool .* \(server_tool_dropped\) The provider /,
    );
    expect(refuse).toThrow(/\(stop_sequences_cut\)/);
    expect(refuse).not.toThrow(/top_k/);
  });

  it('gets a 400, with a message that a hostile path does not blow up', () => {
    try {
      refuseLosses([{ code: 'citations_dropped', path: 'x'.repeat(100_000) }], 'this API key');
      throw new Error('not refused');
    } catch (error) {
      expect(error).toMatchObject({
        status: 400,
        type: 'invalid_request_error',
        losses: ['citations_dropped'],
      });
      expect(String(error).length).toBeLessThan(600);
    }
  });
});
