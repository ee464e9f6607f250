import { isAbsent, isRecord, type JsonRecord } from '../json-record.js';
import { anthropicClientTool } from './anthropic-client-tools.js';
import { nonEmptyText } from './content-parts.js';
import type { ConversionContext, Path } from './conversion-context.js';

/** A tool that may be sent. */
export interface OfferedTool {
  readonly name: string;
  readonly tool: JsonRecord;
  readonly path: Path;
}

interface Candidate extends OfferedTool {
  readonly isDeferred: boolean;
  isLoaded: boolean;
  isHidden: boolean;
}

interface Selection {
  readonly candidates: Candidate[];
  /** Tools only Anthropic can run, its tool search apart. */
  readonly dropped: OfferedTool[];
  readonly searchTools: OfferedTool[];
}

/**
 * Which tools of a request are sent, in order: without those that only Anthropic can run, and with deferred
 * tools and mid-conversation changes applied (specification R3.10, R4.4, R4.8). Call it after the messages
 * were read: they say what was loaded.
 *
 * @throws InvalidRequestError when no tool is left or tool_choice names one that cannot be sent
 */
export function selectTools(
  tools: unknown,
  choice: unknown,
  context: ConversionContext,
): readonly OfferedTool[] {
  const selection: Selection = { candidates: [], dropped: [], searchTools: [] };
  if (Array.isArray(tools)) {
    for (let i = 0; i < tools.length; i++) classify(tools[i], ['tools', i], selection, context);
  }
  const chosen = isRecord(choice) && choice['type'] === 'tool' ? nonEmptyText(choice['name']) : null;
  applyChanges(selection, context);
  refuseUnavailable(selection, chosen, context);
  for (const { path } of selection.dropped) context.lose('server_tool_dropped', path);
  for (const { path } of selection.searchTools) context.lose('tool_search_replaced', path);
  const showsAll = context.profile.defer_loading === 'ignore' || selection.searchTools.length > 0;
  return selection.candidates.filter(
    (each) => !each.isHidden && (!each.isDeferred || each.isLoaded || showsAll || each.name === chosen),
  );
}

function classify(tool: unknown, path: Path, selection: Selection, context: ConversionContext): void {
  if (!isRecord(tool)) return;
  const type = tool['type'];
  const name = nonEmptyText(tool['name']);
  if (isServerTool(tool)) {
    const isSearch = String(type).startsWith('tool_search_tool_');
    (isSearch ? selection.searchTools : selection.dropped).push({ name: name ?? String(type), tool, path });
    return;
  }
  if (name === null) context.refuse([...path, 'name'], 'is required; give the name of the tool');
  selection.candidates.push({
    name,
    tool,
    path,
    isDeferred: tool['defer_loading'] === true,
    isLoaded: false,
    isHidden: false,
  });
}

function isServerTool(tool: JsonRecord): boolean {
  const { type, input_schema: schema } = tool;
  return (
    typeof type === 'string' && type !== 'custom' && isAbsent(schema) && anthropicClientTool(type) === null
  );
}

function applyChanges(selection: Selection, context: ConversionContext): void {
  if (context.toolChanges.length === 0) return;
  const { candidates } = selection;
  const indexes = new Map(candidates.map((each, index) => [each.name, index]));
  for (const change of context.toolChanges) {
    if (change.kind === 'define') {
      const before = candidates.length;
      classify(change.tool, change.path, selection, context);
      if (candidates.length > before) replaceEarlier(candidates, indexes);
      continue;
    }
    const candidate = candidates[indexes.get(change.name) ?? -1];
    if (candidate === undefined) continue;
    candidate.isHidden = change.kind === 'hide';
    candidate.isLoaded = change.kind === 'show';
  }
}

/** The tool defined last takes the place of one with its name; either way it is visible. */
function replaceEarlier(candidates: Candidate[], indexes: Map<string, number>): void {
  const added = candidates.at(-1);
  if (added === undefined) return;
  added.isLoaded = true;
  const index = indexes.get(added.name);
  if (index === undefined) {
    indexes.set(added.name, candidates.length - 1);
    return;
  }
  candidates[index] = added;
  candidates.pop();
}

/** R4.4: an error the caller sees is better than an answer made up without the tool. */
function refuseUnavailable(selection: Selection, chosen: string | null, context: ConversionContext): void {
  const [first] = selection.dropped;
  if (first !== undefined && selection.candidates.length === 0) {
    const names = selection.dropped
      .map((each) => each.name)
      .slice(0, 10)
      .join(', ');
    context.refuse(first.path, `server tools are not available with this provider: ${names}`);
  }
  if (chosen === null || selection.candidates.some((each) => each.name === chosen)) return;
  if ([...selection.dropped, ...selection.searchTools].some((each) => each.name === chosen)) {
    context.refuse(['tool_choice', 'name'], `the server tool ${chosen} is not available with this provider`);
  }
}
