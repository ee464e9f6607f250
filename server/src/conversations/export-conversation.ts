import type { ConversationWithMessages, MessageView } from '@ccs/dto';

/**
 * The conversation as Markdown: the questions that lead to the newest one, each with all of its answers. The other
 * branches are in the JSON.
 */
export function conversationAsMarkdown({
  title,
  messages,
  created_at: createdAt,
}: ConversationWithMessages): string {
  const answersTo = Map.groupBy(
    messages.filter(({ role }) => role === 'assistant'),
    ({ parent_message_id: question }) => question,
  );
  const parts = questionsToNewest(messages).flatMap((question) => [
    `## User\n\n${question.content}`,
    ...(answersTo.get(question.id) ?? []).map(answerAsMarkdown),
  ]);
  return [`# ${oneLine(title)}`, createdAt, ...parts].join('\n\n') + '\n';
}

function questionsToNewest(messages: readonly MessageView[]): MessageView[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const questions: MessageView[] = [];
  let at = messages.findLast(({ role }) => role === 'user');
  while (at !== undefined) {
    if (at.role === 'user') questions.unshift(at);
    at = at.parent_message_id === null ? undefined : byId.get(at.parent_message_id);
  }
  return questions;
}

function answerAsMarkdown(answer: MessageView): string {
  const who = answer.model ?? 'Assistant';
  const state = answer.status === 'complete' ? '' : ` (${answer.status})`;
  const parts = [`## ${oneLine(who)}${state}`, answer.content];
  if (answer.error !== null) parts.push(`> ${oneLine(answer.error.message)}`);
  return parts.filter((part) => part !== '').join('\n\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
