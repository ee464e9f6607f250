import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeCarriedState,
  encodeCarriedState,
  isGatewaySignature,
  joinCarriedStates,
  type CarriedState,
} from './carried-state.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

describe('carried state', () => {
  it('survives the trip through the client unchanged, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { minKeys: 1 }),
        (reasoningDetails, extraContent) => {
          const state = JSON.parse(JSON.stringify({ reasoningDetails, extraContent })) as CarriedState;
          const signature = encodeCarriedState(state);
          expect(signature).toMatch(/^gw1_[A-Za-z0-9_-]+$/);
          expect(decodeCarriedState(signature)).toEqual(state);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('marks a thinking block without state as the gateway’s own', () => {
    const signature = encodeCarriedState({});
    expect(signature.length).toBeGreaterThan('gw1_'.length);
    expect(isGatewaySignature(signature)).toBe(true);
    expect(decodeCarriedState(signature)).toEqual({});
  });

  it('keeps a tool id that is also a name every object has', () => {
    const extraContent = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as Record<string, unknown>;
    const decoded = decodeCarriedState(encodeCarriedState({ extraContent }));
    expect(Object.entries(joinCarriedStates([decoded ?? {}]).extraContent ?? {})).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 2],
    ]);
  });

  it('reads garbage as no state and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(decodeCarriedState(text.startsWith('gw1_') ? '' : text)).toBeNull();
        decodeCarriedState(`gw1_${text}`);
      }),
      { numRuns: 1000 },
    );
    expect(decodeCarriedState('gw1_')).toBeNull();
    expect(decodeCarriedState('gw1_bnVsbA')).toBeNull();
    expect(decodeCarriedState('EqQBCgIYAhIM')).toBeNull();
  });

  it('ignores members of the wrong type', () => {
    const forged = `gw1_${btoa('{"reasoningDetails":{"a":1},"extraContent":[1]}')}`;
    expect(decodeCarriedState(forged)).toEqual({});
  });

  it('carries a deeply nested state and leaves out one that is too large', () => {
    const nested: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(
      decodeCarriedState(encodeCarriedState({ reasoningDetails: [nested] }))?.reasoningDetails,
    ).toHaveLength(1);
    const huge = encodeCarriedState({ reasoningDetails: ['x'.repeat(9_000_000)] });
    expect(huge).toBe(encodeCarriedState({}));
  });

  it('joins the states of several blocks in their order', () => {
    expect(
      joinCarriedStates([
        { reasoningDetails: [1] },
        {},
        { reasoningDetails: [2, 3], extraContent: { a: 1 } },
        { extraContent: { b: 2 } },
      ]),
    ).toEqual({ reasoningDetails: [1, 2, 3], extraContent: { a: 1, b: 2 } });
  });
});
