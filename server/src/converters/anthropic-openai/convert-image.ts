import type { ChatContentPart } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { nonEmptyText, textPart } from './content-parts.js';
import type { ConversionContext, Path } from './conversion-context.js';

const OMITTED = '[Image omitted: this model cannot see images.]';
const UNREADABLE = '[Image omitted: its source is of an unknown kind.]';

/**
 * An image block as an `image_url` part, or as a note where the model cannot see (specification R3.2).
 *
 * @throws InvalidRequestError when the image is an uploaded file (R3.9)
 */
export function convertImage(block: JsonRecord, path: Path, context: ConversionContext): ChatContentPart {
  const source = isRecord(block['source']) ? block['source'] : {};
  refuseFileSource(source, path, context);
  const cacheControl = context.cacheControlOf(block, path);
  const url = urlOf(source);
  if (url === null || context.profile.vision === 'placeholder') {
    context.lose('image_placeholder', path);
    return textPart(url === null ? UNREADABLE : OMITTED, cacheControl);
  }
  if (source['type'] === 'base64') context.base64Length += url.length;
  return cacheControl === undefined
    ? { type: 'image_url', image_url: { url } }
    : { type: 'image_url', image_url: { url }, cache_control: cacheControl };
}

/** R3.9: files uploaded to Anthropic are out of the provider's reach. */
export function refuseFileSource(source: JsonRecord, path: Path, context: ConversionContext): void {
  if (source['type'] === 'file') {
    context.refuse(
      path,
      'files of the Files API are not available with this provider; send the content as base64',
    );
  }
}

function urlOf(source: JsonRecord): string | null {
  if (source['type'] === 'url') return nonEmptyText(source['url']);
  if (source['type'] !== 'base64') return null;
  const data = nonEmptyText(source['data']);
  if (data === null) return null;
  return flatText('data:', nonEmptyText(source['media_type']) ?? 'image/png', ';base64,', data);
}
