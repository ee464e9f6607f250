import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MasterSecrets } from '../config/master-secrets.js';

const PART_BYTES = 32;
const SHAPE = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

/**
 * `<family>.<secret>`, 32 random bytes each. All tokens of a session share the family: who shows it has held one of
 * them, so that a secret that does not fit any more is a replay and not a guess.
 */
export interface RefreshToken {
  readonly text: string;
  readonly familyDigest: Buffer;
  readonly tokenDigest: Buffer;
}

/** Makes and reads refresh tokens. Only their digests are stored. */
@Injectable()
export class RefreshTokens {
  readonly #key: Uint8Array;

  constructor(secrets: MasterSecrets) {
    this.#key = secrets.keyFor('refresh-token');
  }

  /** The first of a new session. */
  first(): RefreshToken {
    return fromParts(randomPart(), randomPart());
  }

  /** Null: not of the shape of one. */
  parse(text: string): RefreshToken | null {
    const [, family, secret] = SHAPE.exec(text) ?? [];
    return family === undefined || secret === undefined ? null : fromParts(family, secret);
  }

  /**
   * The one that follows: always the same for the same token, so that two tabs that refresh at once get the same
   * one, and computable by nobody without the key.
   */
  successorOf(token: RefreshToken): RefreshToken {
    const [family = ''] = token.text.split('.');
    return fromParts(family, createHmac('sha256', this.#key).update(token.text).digest('base64url'));
  }
}

function fromParts(family: string, secret: string): RefreshToken {
  const text = `${family}.${secret}`;
  return Object.freeze({ text, familyDigest: sha256(family), tokenDigest: sha256(text) });
}

function randomPart(): string {
  return randomBytes(PART_BYTES).toString('base64url');
}

/** Enough for 256 random bits; a slow hash protects what people think up. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
