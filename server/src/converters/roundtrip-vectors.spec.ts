import { expect, it } from '@jest/globals';
import type { ContentBlockParam, MessageParam, MessagesRequest } from '@ccs/wire';
import { answerContext, profileOf } from '../../test/support/answer-context.js';
import { sha256Hex } from '../../test/support/conversions.js';
import { compareVector, type Vector } from '../../test/vectors/compare.mjs';
import { loadVectors } from '../../test/vectors/load-vectors.js';
import { convertRequest } from './anthropic-openai/convert-request.js';
import { convertResponse } from './anthropic-openai/convert-response.js';

interface RoundtripVector extends Vector {
  readonly request: MessagesRequest;
  readonly options: object;
  readonly upstream_model: string;
  readonly openai: unknown;
  readonly next: readonly MessageParam[];
}

/** `{"$upstreamToolName": N}` is the name under which the provider knows the tool N. */
function withUpstreamNames(value: unknown, names: ReadonlyMap<string, string>): unknown {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || !('$upstreamToolName' in member)) return member;
    const found = [...names].find(([, name]) => name === member.$upstreamToolName);
    if (found === undefined) throw new Error('the vector names a tool that was not sent');
    return found[0];
  }) as unknown;
}

/** `{"$resultFor": i, "content": c}` is the result of the i-th tool_use block of the answer. */
function withResults(message: MessageParam, toolUseIds: readonly string[]): MessageParam {
  if (typeof message.content === 'string') return message;
  const content = message.content.map((block): ContentBlockParam => {
    const position: unknown = block['$resultFor'];
    if (typeof position !== 'number') return block;
    return { type: 'tool_result', tool_use_id: toolUseIds[position], content: block['content'] };
  });
  return { ...message, content };
}

function roundtrip(vector: RoundtripVector): unknown {
  const { request, upstream_model: model, options } = vector;
  const context = answerContext(request, options);
  const { message } = convertResponse(
    withUpstreamNames(vector.openai, context.conversion.toolNames),
    context,
  );
  const content: ContentBlockParam[] = message.content.map((block) => ({ ...block }));
  const toolUseIds = message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
  const second = {
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant' as const, content },
      ...vector.next.map((next) => withResults(next, toolUseIds)),
    ],
  };
  return { message, openai: convertRequest(second, { model, profile: profileOf(options) }, sha256Hex).body };
}

for (const vector of loadVectors('roundtrip') as readonly RoundtripVector[]) {
  it(`roundtrip ${vector.id} — ${vector.title}`, () => {
    expect(compareVector(vector, roundtrip(vector))).toBeNull();
  });
}
