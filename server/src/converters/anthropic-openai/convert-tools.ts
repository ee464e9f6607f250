import type { ChatTool, ChatToolChoice, MessagesRequest } from '@ccs/wire';
import { isAbsent, isRecord } from '../json-record.js';
import type { Loss } from '../loss.js';
import { anthropicClientTool } from './anthropic-client-tools.js';
import { ConversionContext } from './conversion-context.js';
import { convertToolSchema } from './convert-tool-schema.js';
import type { Profile } from './profile.js';
import { selectTools, type OfferedTool } from './select-tools.js';

export interface ConvertedTools {
  /** Fields of the upstream body; none at all when no tool is sent (R4.6). */
  readonly fields: {
    readonly tools?: ChatTool[];
    readonly tool_choice?: ChatToolChoice;
    readonly parallel_tool_calls?: false;
  };
  /** Upstream name -> the client's name. */
  readonly names: ReadonlyMap<string, string>;
}

interface KeptConversion {
  readonly converted: ConvertedTools;
  readonly losses: readonly Loss[];
}

/** By tools that nobody can change (`KeptTools`), and by profile. */
const kept = new WeakMap<readonly unknown[], WeakMap<Profile, KeptConversion>>();

/**
 * Tools and tool_choice of the upstream body (specification R4). Frozen tools are converted once, into frozen ones, as
 * long as nothing else of the request has a say in them.
 *
 * @throws InvalidRequestError as `selectTools` does
 */
export function convertTools(request: MessagesRequest, context: ConversionContext): ConvertedTools {
  const { tools, tool_choice: choice } = request;
  const alone = isAbsent(choice) && context.toolChanges.length === 0;
  if (!alone || !Array.isArray(tools) || !Object.isFrozen(tools)) return convertAnew(request, context);
  const { converted, losses } = keptConversion(request, tools, context);
  for (const { code, path } of losses) context.losses.add(code, path);
  return converted;
}

function keptConversion(
  request: MessagesRequest,
  tools: readonly unknown[],
  { profile, sha256Hex }: ConversionContext,
): KeptConversion {
  let byProfile = kept.get(tools);
  if (byProfile === undefined) kept.set(tools, (byProfile = new WeakMap()));
  let conversion = byProfile.get(profile);
  if (conversion === undefined) {
    const context = new ConversionContext(profile, sha256Hex);
    const converted = convertAnew(request, context);
    if (converted.fields.tools !== undefined) Object.freeze(converted.fields.tools);
    byProfile.set(profile, (conversion = { converted, losses: context.losses.toArray() }));
  }
  return conversion;
}

function convertAnew(request: MessagesRequest, context: ConversionContext): ConvertedTools {
  const choice = request.tool_choice;
  const offered = selectTools(request.tools, choice, context);
  const names = new Map<string, string>();
  if (offered.length === 0) return { fields: {}, names };
  const toolChoice = convertToolChoice(choice, context);
  if (toolChoice === 'withhold') return { fields: {}, names };
  const tools = offered.map((each) => {
    const tool = convertTool(each, context);
    if (!names.has(tool.function.name)) names.set(tool.function.name, each.name);
    return tool;
  });
  return {
    fields: {
      tools,
      ...(toolChoice === null ? {} : { tool_choice: toolChoice }),
      ...(limitsParallelCalls(choice, context) ? { parallel_tool_calls: false as const } : {}),
    },
    names,
  };
}

const CARRIED: ReadonlySet<string> = new Set([
  'name',
  'type',
  'description',
  'input_schema',
  'cache_control',
  'defer_loading',
  'strict',
]);

function convertTool({ name, tool, path }: OfferedTool, context: ConversionContext): ChatTool {
  const known = isRecord(tool['input_schema']) ? null : anthropicClientTool(tool['type']);
  const { parameters, simplified } = convertToolSchema(
    known?.schema ?? tool['input_schema'],
    context.profile.schema_dialect,
  );
  if (simplified) context.lose('schema_simplified', path);
  if (isRecord(tool['cache_control'])) context.lose('cache_control_dropped', path);
  for (const key of Object.keys(tool))
    if (!CARRIED.has(key)) context.lose('tool_field_dropped', [...path, key]);
  const description = typeof tool['description'] === 'string' ? tool['description'] : known?.description;
  const strict = strictOf(tool['strict'], path, context);
  return {
    type: 'function',
    function: {
      name: context.upstreamToolName(name),
      ...(description === undefined ? {} : { description }),
      parameters,
      ...(strict === undefined ? {} : { strict }),
    },
  };
}

/** R4.9 */
function strictOf(
  value: unknown,
  path: OfferedTool['path'],
  context: ConversionContext,
): boolean | undefined {
  if (typeof value !== 'boolean') return undefined;
  if (context.profile.strict_tools === 'send') return value;
  if (value) context.lose('strict_dropped', [...path, 'strict']);
  return undefined;
}

/** R4.6; `withhold` means that the tools themselves must not be sent, null that nothing is said. */
function convertToolChoice(choice: unknown, context: ConversionContext): ChatToolChoice | 'withhold' | null {
  if (!isRecord(choice)) return null;
  const mode = context.profile.tool_choice;
  switch (choice['type']) {
    case 'auto':
      return 'auto';
    case 'none':
      return mode === 'auto_only' ? 'withhold' : 'none';
    case 'any':
      return mode === 'auto_only' ? weaken('auto', context) : 'required';
    case 'tool':
      return typeof choice['name'] === 'string' ? convertNamedChoice(choice['name'], mode, context) : null;
    default:
      context.lose('tool_choice_weakened', ['tool_choice']);
      return null;
  }
}

function convertNamedChoice(
  name: string,
  mode: Profile['tool_choice'],
  context: ConversionContext,
): ChatToolChoice {
  switch (mode) {
    case 'full':
      return { type: 'function', function: { name: context.upstreamToolName(name) } };
    case 'no_named':
      return weaken('required', context);
    case 'auto_only':
      return weaken('auto', context);
    default:
      return mode satisfies never;
  }
}

function weaken(choice: 'auto' | 'required', context: ConversionContext): ChatToolChoice {
  context.lose('tool_choice_weakened', ['tool_choice']);
  return choice;
}

/** R4.7 */
function limitsParallelCalls(choice: unknown, context: ConversionContext): boolean {
  if (!isRecord(choice) || choice['disable_parallel_tool_use'] !== true) return false;
  if (context.profile.parallel_tool_calls === 'send') return true;
  context.lose('parallel_limit_dropped', ['tool_choice', 'disable_parallel_tool_use']);
  return false;
}
