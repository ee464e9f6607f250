import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConcurrencyGate, type Waiting } from './concurrency-gate.js';

describe('the gate of a provider', () => {
  it('is never full without a limit', () => {
    const gate = new ConcurrencyGate(null);
    for (let i = 0; i < 1_000; i++) gate.enter();
    expect(gate.full).toBe(false);
  });

  it('lets so many in, queues twice as many, and refuses the rest', () => {
    const gate = new ConcurrencyGate(2);
    gate.enter();
    expect(gate.full).toBe(false);
    gate.enter();
    expect(gate.full).toBe(true);
    const waits = [1, 2, 3, 4, 5].map(() => gate.wait('k', () => undefined));
    expect(waits.map((each) => each !== null)).toEqual([true, true, true, true, false]);
  });

  it('gives each key its turn', () => {
    const gate = new ConcurrencyGate(3);
    for (let i = 0; i < 3; i++) gate.enter();
    const admitted: string[] = [];
    for (const key of ['noisy', 'noisy', 'noisy', 'noisy', 'quiet', 'late']) {
      gate.wait(key, () => admitted.push(key));
    }
    for (let i = 0; i < 6; i++) gate.leave();
    expect(admitted).toEqual(['noisy', 'quiet', 'late', 'noisy', 'noisy', 'noisy']);
  });

  it('lets those who wait in when the limit grows', () => {
    const gate = new ConcurrencyGate(1);
    gate.enter();
    let admitted = 0;
    gate.wait('a', () => admitted++);
    gate.wait('b', () => admitted++);
    gate.setLimit(2);
    expect(admitted).toBe(1);
    gate.setLimit(null);
    expect(admitted).toBe(2);
  });

  it('holds the limit, forgets nobody, and is fair, whatever comes', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('come' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('leave' as const) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(action, { maxLength: 200 }), (limit, actions) => {
        const gate = new ConcurrencyGate(limit);
        let inside = 0;
        let waiting: Waiting[] = [];
        /** Admissions of the keys since both of a pair were waiting. */
        const lead = new Map<string, number>();
        const backlogged = (): string[] => [...new Set(waiting.map(({ key }) => key))];
        for (const each of actions) {
          if (each.kind === 'come' && !gate.full) {
            gate.enter();
            inside++;
          } else if (each.kind === 'come') {
            const entry: Waiting | null = gate.wait(each.key, () => {
              inside++;
              waiting = waiting.filter((other) => other !== entry);
              lead.set(each.key, (lead.get(each.key) ?? 0) + 1);
            });
            if (entry !== null) waiting.push(entry);
          } else if (each.kind === 'leave' && inside > 0) {
            inside--;
            gate.leave();
          } else if (each.kind === 'cancel') {
            const entry = waiting[each.which % Math.max(1, waiting.length)];
            if (entry === undefined) continue;
            gate.cancel(entry);
            waiting = waiting.filter((other) => other !== entry);
          }
          const keys = backlogged();
          for (const key of lead.keys()) if (!keys.includes(key)) lead.clear();
          const leads = keys.map((key) => lead.get(key) ?? 0);
          if (leads.length > 1) expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(1);
          expect(gate.inFlight).toBe(inside);
          expect(inside).toBeLessThanOrEqual(limit);
          expect(gate.queued).toBe(waiting.length);
          if (waiting.length > 0) expect(inside).toBe(limit);
        }
      }),
      { numRuns: 500 },
    );
  });
});
