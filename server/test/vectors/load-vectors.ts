import { readdirSync, readFileSync } from 'node:fs';
import type { Vector } from './compare.mjs';

const FOLDER = new URL('.', import.meta.url);

/** The shared conversion vectors of one kind, from every file beside this one. */
export function loadVectors(kind: Vector['kind']): readonly Vector[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      // The files are ours and have this form; a wrong one fails the tests that read its vectors.
      const { vectors } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { vectors: Vector[] };
      return vectors;
    })
    .filter((vector) => vector.kind === kind);
}
