import { createBrotliCompress, createDeflate, createGzip, createZstdCompress, constants } from 'node:zlib';
import type { Transform } from 'node:stream';
import type { Frame } from '../answers/reply.js';
import type { ContentEncoding } from '../scripts/script.js';

/** Flushes after every frame, so that each can be decoded when it arrives; the last one carries the trailer. */
export async function compressFrames(frames: readonly Frame[], encoding: ContentEncoding): Promise<Frame[]> {
  const { stream, flush } = createCompressor(encoding);
  let collected: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => collected.push(chunk));
  const take = (): Buffer => {
    const bytes = Buffer.concat(collected);
    collected = [];
    return bytes;
  };
  const compressed: Frame[] = [];
  for (const frame of frames) {
    await new Promise<void>((resolve) => {
      stream.write(frame.bytes, () => flush(resolve));
    });
    compressed.push({ ...frame, bytes: take() });
  }
  await new Promise<void>((resolve, reject) => {
    stream.once('end', resolve).once('error', reject).end();
  });
  return [...compressed, { bytes: take(), tokens: 0 }];
}

interface Compressor {
  readonly stream: Transform;
  readonly flush: (done: () => void) => void;
}

function createCompressor(encoding: ContentEncoding): Compressor {
  switch (encoding) {
    case 'gzip': {
      const stream = createGzip();
      return { stream, flush: (done) => stream.flush(constants.Z_SYNC_FLUSH, done) };
    }
    case 'deflate': {
      const stream = createDeflate();
      return { stream, flush: (done) => stream.flush(constants.Z_SYNC_FLUSH, done) };
    }
    case 'br': {
      const stream = createBrotliCompress();
      return { stream, flush: (done) => stream.flush(constants.BROTLI_OPERATION_FLUSH, done) };
    }
    case 'zstd': {
      const stream = createZstdCompress();
      return { stream, flush: (done) => stream.flush(constants.ZSTD_e_flush, done) };
    }
    default:
      return encoding satisfies never;
  }
}
