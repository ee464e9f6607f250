import type { ContentBlockParam, MessageParam, MessagesRequest } from '@ccs/wire';
import type { ChatParameters, MessageView } from '@ccs/dto';

/** What the original asked for. */
const DEFAULT_MAX_TOKENS = 4_096;

/**
 * The request that asks a question: the messages on the path to it, and nothing of other branches or models.
 *
 * Thinking is left out, because only the provider that signed it accepts it again; so are tool calls nobody sent a
 * result for, which nobody accepts. An answer of which nothing is left is no message.
 */
export function questionRequest(
  path: readonly MessageView[],
  model: string,
  { system, temperature, max_tokens: maxTokens, thinking_budget: budget = 0, tools }: ChatParameters,
): MessagesRequest {
  const messages = path
    .map((message, index) => messageParam(message, path[index + 1]))
    .filter(({ content }) => content.length > 0);
  const limit = maxTokens ?? DEFAULT_MAX_TOKENS;
  return {
    model,
    messages,
    // Thinking counts against the limit: without room of its own there would be no answer.
    max_tokens: budget >= limit ? budget + limit : limit,
    stream: true,
    ...(system === undefined || system.trim() === '' ? {} : { system }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(budget === 0 ? {} : { thinking: { type: 'enabled', budget_tokens: budget } }),
    // Their shape is checked with the request.
    ...(tools === undefined || tools.length === 0 ? {} : { tools: tools as MessagesRequest['tools'] }),
  };
}

function messageParam(message: MessageView, next: MessageView | undefined): MessageParam {
  const blocks = message.blocks as readonly ContentBlockParam[] | null;
  if (message.role === 'user')
    return { role: 'user', content: blocks === null ? message.content : [...blocks] };
  if (blocks === null) return { role: 'assistant', content: message.content };
  const answered = new Set(((next?.blocks ?? []) as readonly ContentBlockParam[]).map(toolResultId));
  return {
    role: 'assistant',
    content: blocks.filter(
      (block) =>
        (block.type === 'text' && block['text'] !== '') ||
        (block.type === 'tool_use' && answered.has(block['id'])),
    ),
  };
}

const toolResultId = (block: ContentBlockParam): unknown =>
  block.type === 'tool_result' ? block['tool_use_id'] : undefined;
