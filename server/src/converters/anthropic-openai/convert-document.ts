import type { ChatContentPart } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { joinBlockTexts, nonEmptyText, textPart, textsOf } from './content-parts.js';
import { SEPARATOR, type ConversionContext, type Path } from './conversion-context.js';
import { refuseFileSource } from './convert-image.js';

/**
 * Appends what a document becomes: its text, the blocks it holds, a file part, or a note that it was left
 * out, which is no 400 because the block stays in the history of a session (specification R3.3).
 *
 * @param convertInner appends what a block within the document becomes
 */
export function convertDocument(
  block: JsonRecord,
  path: Path,
  context: ConversionContext,
  parts: ChatContentPart[],
  convertInner: (inner: unknown) => void,
): void {
  const source = isRecord(block['source']) ? block['source'] : {};
  refuseFileSource(source, path, context);
  noteCitations(block, path, context);
  if (source['type'] === 'content') {
    const before = parts.length;
    convertContentSource(source['content'], convertInner);
    const cacheControl = context.cacheControlOf(block, path);
    if (parts.length > before) markLastPart(parts, cacheControl);
    return;
  }
  parts.push(documentPart(block, source, path, context));
}

/** R3.4 */
export function convertSearchResult(
  block: JsonRecord,
  path: Path,
  context: ConversionContext,
): ChatContentPart {
  noteCitations(block, path, context);
  const texts = Array.isArray(block['content']) ? joinBlockTexts(block['content']) : '';
  const head = textsOf(block, 'title', 'source').join('\n');
  const text = [`Search result: ${head}`, texts].filter((piece) => piece !== '').join(SEPARATOR);
  return textPart(text, context.cacheControlOf(block, path));
}

function documentPart(
  block: JsonRecord,
  source: JsonRecord,
  path: Path,
  context: ConversionContext,
): ChatContentPart {
  const title = nonEmptyText(block['title']);
  const data = nonEmptyText(source['data']);
  if (source['type'] === 'text') {
    return textPart(plainDocument(title, block, data ?? ''), context.cacheControlOf(block, path));
  }
  const isPdf = source['type'] === 'base64' && source['media_type'] === 'application/pdf';
  if (isPdf && data !== null && context.profile.pdf === 'file') {
    context.base64Length += data.length;
    return {
      type: 'file',
      file: {
        filename: title ?? 'document.pdf',
        file_data: flatText('data:application/pdf;base64,', data),
      },
    };
  }
  context.lose('pdf_placeholder', path);
  const name = [title, nonEmptyText(source['url'])].filter((part) => part !== null).join(', ');
  return textPart(
    `[Document omitted${name === '' ? '' : ` (${name})`}: this model cannot read it.]`,
    context.cacheControlOf(block, path),
  );
}

function plainDocument(title: string | null, block: JsonRecord, data: string): string {
  const about = nonEmptyText(block['context']);
  const head = [
    ...(title === null ? [] : [`Document: ${title}`]),
    ...(about === null ? [] : [`Context: ${about}`]),
  ].join('\n');
  return head === '' ? data : flatText(head, SEPARATOR, data);
}

function convertContentSource(content: unknown, convertInner: (inner: unknown) => void): void {
  if (typeof content === 'string') convertInner({ type: 'text', text: content });
  else if (Array.isArray(content)) for (const inner of content as readonly unknown[]) convertInner(inner);
}

/** The mark of a document whose blocks stand for it goes to the last of them. */
function markLastPart(parts: ChatContentPart[], cacheControl: JsonRecord | undefined): void {
  const last = parts.at(-1);
  if (cacheControl !== undefined && last !== undefined && last.type !== 'file') {
    parts[parts.length - 1] = { ...last, cache_control: cacheControl };
  }
}

function noteCitations(block: JsonRecord, path: Path, context: ConversionContext): void {
  const citations = block['citations'];
  if (isRecord(citations) && citations['enabled'] === true) context.lose('citations_dropped', path);
}
