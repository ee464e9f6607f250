import { describe, expect, it } from '@jest/globals';
import { convertError, convertErrorInBody } from '../converters/anthropic-openai/convert-error.js';
import { classifyError, type ErrorClass } from './error-class.js';

const ofStatus = (status: number, body = '') =>
  classifyError(convertError({ providerName: 'p', status, body }));

describe('classifyError', () => {
  it.each<[number, string, ErrorClass]>([
    [400, '', 'caller'],
    [422, '', 'caller'],
    [413, '', 'caller'],
    [400, '{"error":{"message":"maximum context length is 10 tokens"}}', 'caller'],
    [401, '', 'auth'],
    [402, '', 'quota'],
    [403, '', 'forbidden'],
    [404, '', 'model_missing'],
    [400, '{"error":{"message":"Model Not Exist","code":"model_not_found"}}', 'model_missing'],
    [408, '', 'transient'],
    [429, '', 'throttle'],
    [429, '{"error":{"code":"insufficient_quota","message":"no"}}', 'quota'],
    [500, '', 'transient'],
    [502, '', 'transient'],
    [503, '', 'transient'],
    [503, '{"error":{"message":"The engine is overloaded"}}', 'overload'],
    [504, '', 'transient'],
    [520, '', 'transient'],
    [524, '', 'transient'],
    [529, '', 'overload'],
    [302, '', 'transient'],
  ])('takes %i %s for %s', (status, body, expected) => {
    expect(ofStatus(status, body)).toBe(expected);
  });

  it.each<['refused' | 'dns' | 'tls' | 'connect_timeout' | 'reset' | 'timeout', ErrorClass]>([
    ['refused', 'connect'],
    ['dns', 'connect'],
    ['tls', 'connect'],
    ['connect_timeout', 'connect'],
    ['reset', 'ambiguous'],
    ['timeout', 'ambiguous'],
  ])('takes the silence %s for %s', (network, expected) => {
    expect(classifyError(convertError({ providerName: 'p', network }))).toBe(expected);
  });

  it('reads an error inside a 200 by its words', () => {
    const inBody = (error: unknown) => classifyError(convertErrorInBody({ error }, 'p'));
    expect(inBody({ type: 'overloaded_error', message: 'Overloaded' })).toBe('overload');
    expect(inBody({ code: 429, message: 'slow down' })).toBe('throttle');
    expect(inBody({ message: 'something broke' })).toBe('bad_answer');
  });
});
