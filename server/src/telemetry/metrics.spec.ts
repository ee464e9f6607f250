import { describe, expect, it } from '@jest/globals';
import { Metrics, type FinishedCall } from './metrics.js';

const call = (overrides: Partial<FinishedCall> = {}): FinishedCall => ({
  provider: 'p', outcome: 'answered', durationMs: 1500, firstByteMs: 20, losses: [], ...overrides,
}); // prettier-ignore

describe('the metrics', () => {
  it('count calls, their losses and their times', async () => {
    const metrics = new Metrics();
    metrics.countCall(call({ losses: ['top_k_dropped', 'betas_ignored'] }));
    metrics.countCall(call({ losses: ['top_k_dropped'] }));
    metrics.countCall(call({ provider: null, outcome: 'refused', firstByteMs: null }));
    const lines = (await metrics.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'ccs_calls_total{provider="p",outcome="answered"} 2',
        'ccs_calls_total{provider="",outcome="refused"} 1',
        'ccs_conversion_losses_total{code="top_k_dropped",provider="p"} 2',
        'ccs_conversion_losses_total{code="betas_ignored",provider="p"} 1',
        'ccs_call_duration_seconds_sum{provider="p"} 3',
        'ccs_call_first_byte_seconds_bucket{le="0.01",provider="p"} 0',
        'ccs_call_first_byte_seconds_bucket{le="0.025",provider="p"} 2',
      ]),
    );
    expect(lines.some((line) => line.startsWith('nodejs_eventloop_lag_p99_seconds '))).toBe(true);
  });

  it('keep a hostile provider name inside its label', async () => {
    const metrics = new Metrics();
    metrics.countCall(call({ provider: 'a"} 1\nccs_calls_total{x="' }));
    expect(await metrics.text()).toContain(
      'ccs_calls_total{provider="a\\"} 1\\nccs_calls_total{x=\\"",outcome="answered"} 1',
    );
  });

  it('can be had more than once in a process', () => {
    expect(() => [new Metrics(), new Metrics()]).not.toThrow();
  });
});
