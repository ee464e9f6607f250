import { isRecord, type JsonRecord } from '../converters/json-record.js';
import { readImageSize } from './image-size.js';

/** Anthropic scales larger images down to about this many tokens; it also stands for images of unknown size. */
const MAX_IMAGE_TOKENS = 1600;
const PIXELS_PER_TOKEN = 750;
const TOKENS_PER_PDF_PAGE = 2000;
const BYTES_PER_PDF_PAGE = 4096;
/** The API takes no more pages; the size of a scanned document says little about their number. */
const MAX_PDF_PAGES = 100;

/** Tokens of an image by its pixels, never by its base64 (specification C1). */
export function imageTokens(block: JsonRecord): number {
  const source = isRecord(block['source']) ? block['source'] : {};
  const data = source['type'] === 'base64' ? source['data'] : undefined;
  const size = typeof data === 'string' ? readImageSize(data) : null;
  if (size === null) return MAX_IMAGE_TOKENS;
  return Math.min(MAX_IMAGE_TOKENS, Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN));
}

/** Tokens of a document that is not text: its pages, guessed from its size; one page where that is unknown. */
export function pdfTokens(source: JsonRecord): number {
  const data = source['type'] === 'base64' ? source['data'] : undefined;
  const sizeBytes = typeof data === 'string' ? (data.length * 3) / 4 : 0;
  const pages = Math.min(MAX_PDF_PAGES, Math.max(1, Math.ceil(sizeBytes / BYTES_PER_PDF_PAGE)));
  return pages * TOKENS_PER_PDF_PAGE;
}
