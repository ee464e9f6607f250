import { describe, expect, it, jest } from '@jest/globals';
import { accumulateMessage, type ContentBlockParam, type Message } from '@ccs/wire';
import fc from 'fast-check';
import { answerContext, profileOf } from '../../test/support/answer-context.js';
import { chunk, convertChunks, DONE, finish, toolPiece } from '../../test/support/chunks.js';
import { messagesRequest, sha256Hex } from '../../test/support/conversions.js';
import { convertRequest } from './anthropic-openai/convert-request.js';
import { convertResponse } from './anthropic-openai/convert-response.js';

// Thousands of cases, on machines that have other work to do.
jest.setTimeout(120_000);

const tools = [{ name: 'f', input_schema: {} }];
const answer = fc.record({
  reasoning: fc.constantFrom('', 'thought'),
  details: fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }),
  text: fc.constantFrom('', 'said'),
  calls: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('call_1', 'functions.f:0', '__proto__', 'abcdefghi', '7'),
      extra: fc.option(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 })),
    }),
    { selector: ({ id }) => id, maxLength: 3 },
  ),
});
const asked = fc.record({
  thinking: fc.constantFrom({ type: 'disabled' }, { type: 'adaptive' }),
  tools: fc.constant(tools),
});
const profile = fc.record({
  replay_reasoning: fc.constant('reasoning_details'),
  tool_id: fc.constantFrom('keep', 'alnum9'),
});

/** What goes up when the client echoes the answer and has a result for every call. */
function echoed(message: Message, request: object, options: object): { details: unknown; extras: unknown[] } {
  const content: ContentBlockParam[] = message.content.map((block) => ({ ...block }));
  const results = message.content.flatMap((block) =>
    block.type === 'tool_use' ? [{ type: 'tool_result', tool_use_id: block.id, content: 'ok' }] : [],
  );
  const second = messagesRequest({
    ...request,
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content },
      { role: 'user', content: [...results, { type: 'text', text: 'Go on' }] },
    ],
  });
  const { body } = convertRequest(second, { model: 'up-model', profile: profileOf(options) }, sha256Hex);
  const turn = body.messages.find((each) => each.role === 'assistant');
  const calls = turn?.role === 'assistant' ? (turn.tool_calls ?? []) : [];
  return {
    details: turn?.role === 'assistant' ? (turn.reasoning_details ?? []) : [],
    extras: calls.map((call) => ('extra_content' in call ? call.extra_content : null)),
  };
}

describe('what a provider wants back', () => {
  it('is there again, on the same message and call, when the client echoes the answer', () => {
    fc.assert(
      fc.property(answer, asked, profile, fc.boolean(), (given, request, options, streamed) => {
        // An assistant turn with neither text nor calls does not go up at all.
        if (given.text === '' && given.calls.length === 0) return;
        const context = answerContext(request, options);
        const whole = {
          reasoning: given.reasoning,
          reasoning_details: given.details,
          content: given.text,
          tool_calls: given.calls.map(({ id, extra }) => ({
            id,
            function: { name: 'f', arguments: '{}' },
            ...(extra === null ? {} : { extra_content: extra }),
          })),
        };
        const message = streamed
          ? accumulateMessage(
              convertChunks(context, [
                chunk({ reasoning: given.reasoning, reasoning_details: given.details.slice(0, 1) }),
                chunk({ reasoning_details: given.details.slice(1, 3) }),
                chunk({ content: given.text }),
                ...given.calls.map(({ id, extra }, index) =>
                  toolPiece({ index, id, name: 'f', args: '{}', ...(extra === null ? {} : { extra }) }),
                ),
                chunk({ reasoning_details: given.details.slice(3) }),
                finish('stop'),
                DONE,
              ]),
            )
          : convertResponse({ choices: [{ message: whole }] }, context).message;
        if (message === null) throw new Error('no answer');
        const back = echoed(message, request, options);
        expect(back.details).toEqual(JSON.parse(JSON.stringify(given.details)));
        expect(back.extras).toEqual(
          given.calls.map(({ extra }) => JSON.parse(JSON.stringify(extra)) as unknown),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
