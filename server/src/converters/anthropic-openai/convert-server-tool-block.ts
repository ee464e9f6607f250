import { flatText } from '../flat-text.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';
import { nonEmptyText } from './content-parts.js';

/** Members of a server tool's result a reader can use, in the order they are written out. */
const TEXT_KEYS = ['error_code', 'title', 'url', 'tool_name', 'text', 'stdout', 'stderr'] as const;
/** Members that hold further results, last one first. Everything else stays behind, encrypted content above all. */
const NESTED_KEYS = ['lines', 'tool_references', 'source', 'content'] as const;

/** A call or a result of a tool that Anthropic ran itself in an earlier turn (specification R3.7, R3.10). */
export function isServerToolBlock(block: JsonRecord): boolean {
  const type = block['type'];
  return (
    type === 'server_tool_use' ||
    type === 'mcp_tool_use' ||
    (typeof type === 'string' && type.endsWith('_tool_result') && type !== 'tool_result')
  );
}

/** The block as a text another model can read; never empty. */
export function convertServerToolBlock(block: JsonRecord): string {
  if (block['type'] === 'server_tool_use' || block['type'] === 'mcp_tool_use') {
    const name = [block['server_name'], block['name']].filter((part) => typeof part === 'string').join('.');
    const input = stringifyJson(block['input'] ?? {});
    return flatText('[Called ', name === '' ? 'a server tool' : name, ' with ', input, ']');
  }
  const label = String(block['type']).replace(/_tool_result$/, '');
  const lines = collectTexts(block);
  return [flatText('[Result of ', label, ']'), ...lines].join('\n');
}

/** Depth first over the nested results, without recursion. */
function collectTexts(block: JsonRecord): string[] {
  const lines: string[] = [];
  const stack: unknown[] = [block];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value === 'string') {
      if (value !== '') lines.push(value);
    } else if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) stack.push(value[i]);
    } else if (isRecord(value)) {
      for (const key of TEXT_KEYS) {
        const text = nonEmptyText(value[key]);
        if (text !== null) lines.push(text);
      }
      // A fetched page has its text here, a fetched PDF its base64.
      const data = value['type'] === 'text' ? nonEmptyText(value['data']) : null;
      if (data !== null) lines.push(data);
      if (typeof value['return_code'] === 'number') lines.push(`exit code ${value['return_code']}`);
      for (const key of NESTED_KEYS) if (value[key] !== undefined) stack.push(value[key]);
    }
  }
  return lines;
}
