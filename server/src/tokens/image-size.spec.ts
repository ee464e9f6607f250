import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { imageTokens, pdfTokens } from './attachment-tokens.js';
import { readImageSize } from './image-size.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  bytes.writeUInt32BE(13, 8);
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

function gif(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.write('GIF89a', 0, 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
}

function webp(kind: string, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.write('RIFF', 0, 'latin1');
  bytes.write(`WEBP${kind}`, 8, 'latin1');
  fill(bytes);
  return bytes;
}

/** An Exif segment of the given length before the tables and the frame header. */
function jpeg(width: number, height: number, exifLength = 100): Buffer {
  const segment = (marker: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length + 2, 0xff);
    bytes[1] = marker;
    bytes.writeUInt16BE(length, 2);
    return bytes;
  };
  const frame = segment(0xc2, 17);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe1, exifLength), segment(0xc4, 30), frame]);
}

describe('the size of an image', () => {
  it.each<[title: string, bytes: Uint8Array]>([
    ['PNG', png(640, 480)],
    ['GIF', gif(640, 480)],
    ['progressive JPEG behind a long Exif segment', jpeg(640, 480, 60_000)],
    [
      'lossy WebP',
      webp('VP8 ', (bytes) => {
        bytes.writeUInt16LE(640, 26);
        bytes.writeUInt16LE(480, 28);
      }),
    ],
    ['lossless WebP', webp('VP8L', (bytes) => bytes.writeUInt32LE(639 | (479 << 14), 21))],
    [
      'extended WebP',
      webp('VP8X', (bytes) => {
        bytes.writeUIntLE(639, 24, 3);
        bytes.writeUIntLE(479, 27, 3);
      }),
    ],
  ])('is in the header of a %s', (_, bytes) => {
    expect(readImageSize(base64(bytes))).toEqual({ width: 640, height: 480 });
  });

  it.each([
    ['nothing', ''],
    ['text', base64(Buffer.from('hello, this is no image at all'))],
    ['a header that is cut', base64(png(640, 480).subarray(0, 18))],
    ['zero', base64(png(0, 480))],
    ['a JPEG without a frame', base64(jpeg(1, 1).subarray(0, 120))],
    ['what is not base64', '%%%%'],
  ])('is unknown for %s', (_, data) => {
    expect(readImageSize(data)).toBeNull();
  });

  it('is read from any string without failing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (tail) => {
        for (const head of ['', 'iVBORw0KGgo', '/9j/', 'R0lG', 'UklGRgAAAABXRUJQ'])
          readImageSize(head + tail);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the tokens of an attachment', () => {
  const image = (data: string): Record<string, unknown> => ({ source: { type: 'base64', data } });

  it.each([
    [image(base64(png(750, 100))), 100],
    [image(base64(png(200, 200))), 54],
    [image(base64(png(8000, 8000))), 1600],
    [image('AAAA'), 1600],
    [{ source: { type: 'url', url: 'https://e.org/a.png' } }, 1600],
    [{}, 1600],
  ])('%# of an image come from its pixels', (block, tokens) => {
    expect(imageTokens(block)).toBe(tokens);
  });

  it.each([
    [{ type: 'base64', data: 'A'.repeat(1000) }, 2000],
    [{ type: 'base64', data: 'A'.repeat(16_384) }, 6000],
    [{ type: 'base64', data: 'A'.repeat(50_000_000) }, 200_000],
    [{ type: 'url', url: 'https://e.org/a.pdf' }, 2000],
  ])('%# of a PDF come from its size', (source, tokens) => {
    expect(pdfTokens(source)).toBe(tokens);
  });
});
