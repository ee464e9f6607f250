/** How a piece of code is coloured; `blank` is what the reader has to fill in. */
export type CodeKind = 'keyword' | 'name' | 'text' | 'blank' | 'plain';

export interface CodePiece {
  readonly kind: CodeKind;
  readonly text: string;
}

export type CodeLine = readonly CodePiece[];

export function textOf(line: CodeLine): string {
  return line.map((piece) => piece.text).join('');
}
