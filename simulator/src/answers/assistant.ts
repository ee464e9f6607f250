import type { ModelCall, ToolResult } from '../calls/model-call.js';
import type { ContentPart, MessageAnswer } from '../scripts/script.js';
import { estimateTokens } from './scripted-message.js';
import { sampleForSchema } from './sample-for-schema.js';

/** `run: <command>` and `read: <path>` on a line of their own, if the client offers the tool. */
interface Directive {
  readonly pattern: RegExp;
  readonly tool: string;
  readonly toArguments: (operand: string) => Record<string, unknown>;
}

const DIRECTIVES: readonly Directive[] = [
  {
    pattern: /^[ \t>]*run:[ \t]*(.+)$/gim,
    tool: 'Bash',
    toArguments: (command) => ({ command, description: 'Asked for by the user' }),
  },
  {
    pattern: /^[ \t>]*read:[ \t]*(.+)$/gim,
    tool: 'Read',
    toArguments: (path) => ({ file_path: path }),
  },
];

const QUOTED_CHARACTERS = 400;
const REPORTED_CHARACTERS = 4000;

/**
 * What the simulator says by itself: it names itself, repeats the question, does the tool calls a person asks
 * for in so many words, reports their results, and satisfies a JSON schema if one is demanded.
 */
export function answerAsAssistant(call: ModelCall): MessageAnswer {
  const content = composeContent(call);
  const output = content.reduce((sum, part) => sum + estimateTokens(JSON.stringify(part)), 0);
  return { kind: 'message', content, usage: { input: call.inputTokens, output } };
}

function composeContent(call: ModelCall): ContentPart[] {
  if (call.answerSchema !== undefined) {
    return [{ type: 'text', text: JSON.stringify(sampleForSchema(call.answerSchema)) }];
  }
  if (call.toolResults.length > 0) return [{ type: 'text', text: reportResults(call.toolResults) }];
  const toolCalls = followDirectives(call);
  if (toolCalls.length > 0) return [{ type: 'text', text: 'The simulator does as you ask.' }, ...toolCalls];
  return [{ type: 'text', text: introduceItself(call) }];
}

function reportResults(results: readonly ToolResult[]): string {
  const reports = results.map(({ text }) => {
    const shown = shorten(text, REPORTED_CHARACTERS);
    return shown === '' ? 'The tool gave no output.' : `The tool answered:\n\n${shown}`;
  });
  return reports.join('\n\n');
}

function followDirectives(call: ModelCall): ContentPart[] {
  return DIRECTIVES.filter(({ tool }) => call.toolNames.includes(tool)).flatMap(
    ({ pattern, tool, toArguments }) =>
      [...call.userText.matchAll(pattern)].map((found): ContentPart => ({
        type: 'tool_call',
        name: tool,
        arguments: toArguments((found[1] ?? '').trim()),
      })),
  );
}

function introduceItself(call: ModelCall): string {
  const asked = shorten(call.userText, QUOTED_CHARACTERS);
  // Clients that compact a conversation look for these tags.
  if (call.userText.includes('<summary>')) {
    return '<summary>A conversation with the CC Switch simulator, which is not a model.</summary>';
  }
  const hint = call.toolNames.includes('Bash')
    ? 'To see a tool at work, write a line such as "run: echo hello".'
    : 'It answers by script; see simulator/README.md.';
  return [
    `This is the CC Switch simulator, answering as "${call.model}"; there is no model behind it.`,
    asked === '' ? 'You sent no text.' : `You wrote: ${asked}`,
    hint,
  ].join('\n\n');
}

function shorten(text: string, limit: number): string {
  const trimmed = text.trim();
  return trimmed.length <= limit ? trimmed : `${trimmed.slice(0, limit).toWellFormed()} …`;
}
