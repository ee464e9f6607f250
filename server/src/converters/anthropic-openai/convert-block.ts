import type { ChatContentPart } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { nonEmptyText, textPart } from './content-parts.js';
import type { ConversionContext, Path } from './conversion-context.js';
import { convertDocument, convertSearchResult } from './convert-document.js';
import { convertImage } from './convert-image.js';
import { convertServerToolBlock, isServerToolBlock } from './convert-server-tool-block.js';

/** Documents may hold blocks that hold documents; nobody means more than one level. */
const MAX_NESTING = 4;

/**
 * Appends the parts that one content block becomes to `parts` (specification R3). Calls, results, thinking
 * and inline system messages have their own converters; here they have no place and count as unknown.
 *
 * @param path of the outermost block, also for blocks within it (R3.9)
 * @throws InvalidRequestError for sources and blocks that name an uploaded file
 */
export function convertBlock(
  block: unknown,
  path: Path,
  context: ConversionContext,
  parts: ChatContentPart[],
  depth = 0,
): void {
  if (!isRecord(block) || depth > MAX_NESTING) {
    context.lose('unknown_block_dropped', path);
    return;
  }
  switch (block['type']) {
    case 'text': {
      const text = nonEmptyText(block['text']);
      if (text !== null) parts.push(textPart(text, context.cacheControlOf(block, path)));
      return;
    }
    case 'image':
      parts.push(convertImage(block, path, context));
      return;
    case 'document':
      convertDocument(block, path, context, parts, (inner) =>
        convertBlock(inner, path, context, parts, depth + 1),
      );
      return;
    case 'search_result':
      parts.push(convertSearchResult(block, path, context));
      return;
    case 'tool_reference':
      convertToolReference(block, path, context, parts);
      return;
    case 'tool_addition':
    case 'tool_removal':
      readToolChange(block, path, context);
      return;
    case 'container_upload':
      context.refuse(
        path,
        'files of the Files API are not available with this provider; send the content itself',
      );
      return;
    case 'compaction':
      pushText(nonEmptyText(block['content']) ?? nonEmptyText(block['text']), block, path, context, parts);
      return;
    default:
      convertOther(block, path, context, parts);
  }
}

function convertOther(
  block: JsonRecord,
  path: Path,
  context: ConversionContext,
  parts: ChatContentPart[],
): void {
  if (isServerToolBlock(block)) {
    context.lose('server_tool_history_as_text', path);
    pushText(convertServerToolBlock(block), block, path, context, parts);
    return;
  }
  const text = nonEmptyText(block['text']);
  if (text === null) context.lose('unknown_block_dropped', path);
  pushText(text, block, path, context, parts);
}

function pushText(
  text: string | null,
  block: JsonRecord,
  path: Path,
  context: ConversionContext,
  parts: ChatContentPart[],
): void {
  if (text !== null) parts.push(textPart(text, context.cacheControlOf(block, path)));
}

/** R3.8, R4.8: the model reads the name, and the tool is sent from now on. */
function convertToolReference(
  block: JsonRecord,
  path: Path,
  context: ConversionContext,
  parts: ChatContentPart[],
): void {
  const name = nonEmptyText(block['tool_name']) ?? nonEmptyText(block['name']);
  if (name === null) {
    context.lose('unknown_block_dropped', path);
    return;
  }
  context.toolChanges.push({ kind: 'show', name });
  const text = flatText('Tool now available: ', context.upstreamToolName(name));
  pushText(text, block, path, context, parts);
}

/** R3.10: the block vanishes; the list of tools changes. References to MCP servers' tools are ignored. */
function readToolChange(block: JsonRecord, path: Path, context: ConversionContext): void {
  const tool = isRecord(block['tool']) ? block['tool'] : {};
  const definition =
    tool['type'] === 'tool_definition' && isRecord(tool['definition']) ? tool['definition'] : null;
  if (definition !== null && block['type'] === 'tool_addition') {
    context.toolChanges.push({ kind: 'define', tool: definition, path });
    return;
  }
  const name =
    definition !== null
      ? nonEmptyText(definition['name'])
      : tool['type'] === 'tool_reference'
        ? (nonEmptyText(tool['name']) ?? nonEmptyText(tool['tool_name']))
        : null;
  if (name !== null) {
    context.toolChanges.push({ kind: block['type'] === 'tool_addition' ? 'show' : 'hide', name });
  }
}
