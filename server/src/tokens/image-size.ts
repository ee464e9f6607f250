/** Width and height in pixels, as an image's own header says. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Metadata before a JPEG's frame header can be long; a hostile one must not be followed for ever. */
const MAX_JPEG_SEGMENTS = 64;

/**
 * Reads the size of a PNG, JPEG, GIF or WebP out of its base64, decoding only the bytes that say it. Null for
 * anything else, and for a header that is cut or says zero.
 */
export function readImageSize(base64: string): ImageSize | null {
  const bytes = new Base64Bytes(base64);
  const size = readPng(bytes) ?? readGif(bytes) ?? readWebp(bytes) ?? readJpeg(bytes);
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

/** Random access to the bytes a base64 text stands for. */
class Base64Bytes {
  constructor(private readonly text: string) {}

  /** -1 beyond the end and for characters that are not base64. */
  at(index: number): number {
    const group = Math.floor(index / 3) * 4 + (index % 3);
    const high = valueOf(this.text.charCodeAt(group));
    const low = valueOf(this.text.charCodeAt(group + 1));
    if (high < 0 || low < 0) return -1;
    switch (index % 3) {
      case 0:
        return (high << 2) | (low >> 4);
      case 1:
        return ((high & 0x0f) << 4) | (low >> 2);
      default:
        return ((high & 0x03) << 6) | low;
    }
  }

  bigEndian(index: number, length: number): number {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + this.at(index + i);
    return value;
  }

  littleEndian(index: number, length: number): number {
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + this.at(index + i);
    return value;
  }

  matches(index: number, ascii: string): boolean {
    for (let i = 0; i < ascii.length; i++) if (this.at(index + i) !== ascii.charCodeAt(i)) return false;
    return true;
  }
}

function valueOf(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43 || code === 45) return 62;
  if (code === 47 || code === 95) return 63;
  return -1;
}

function readPng(bytes: Base64Bytes): ImageSize | null {
  if (!bytes.matches(1, 'PNG') || !bytes.matches(12, 'IHDR')) return null;
  return { width: bytes.bigEndian(16, 4), height: bytes.bigEndian(20, 4) };
}

function readGif(bytes: Base64Bytes): ImageSize | null {
  if (!bytes.matches(0, 'GIF8')) return null;
  return { width: bytes.littleEndian(6, 2), height: bytes.littleEndian(8, 2) };
}

/** Lossy, lossless and extended files keep the size in three different places. */
function readWebp(bytes: Base64Bytes): ImageSize | null {
  if (!bytes.matches(0, 'RIFF') || !bytes.matches(8, 'WEBP')) return null;
  if (bytes.matches(12, 'VP8X')) {
    return { width: bytes.littleEndian(24, 3) + 1, height: bytes.littleEndian(27, 3) + 1 };
  }
  if (bytes.matches(12, 'VP8L')) {
    const bits = bytes.littleEndian(21, 4);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (!bytes.matches(12, 'VP8 ')) return null;
  return { width: bytes.littleEndian(26, 2) & 0x3fff, height: bytes.littleEndian(28, 2) & 0x3fff };
}

/** Walks the segments to the frame header (SOF0–SOF15 but for the tables among them). */
function readJpeg(bytes: Base64Bytes): ImageSize | null {
  if (bytes.at(0) !== 0xff || bytes.at(1) !== 0xd8) return null;
  let at = 2;
  for (let i = 0; i < MAX_JPEG_SEGMENTS && bytes.at(at) === 0xff; i++) {
    const marker = bytes.at(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: bytes.bigEndian(at + 7, 2), height: bytes.bigEndian(at + 5, 2) };
    const length = bytes.bigEndian(at + 2, 2);
    if (marker < 0 || length < 2) return null;
    at += 2 + length;
  }
  return null;
}
