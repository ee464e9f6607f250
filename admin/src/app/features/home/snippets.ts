import type { CodeLine, CodePiece } from '../../ui/code-block/code-line';

export const SNIPPET_KINDS = ['shell', 'powershell', 'cmd', 'settings'] as const;
export type SnippetKind = (typeof SNIPPET_KINDS)[number];

const BLANK_KEY = 'YOUR_API_KEY';

/**
 * What points Claude Code at this gateway. The bearer variable, not ANTHROPIC_API_KEY: with that one, Claude
 * Code asks first whether to use it.
 *
 * @param baseUrl the gateway's own origin
 * @param apiKey null: not made yet, its place is marked
 */
export function connectSnippet(
  kind: SnippetKind,
  baseUrl: string,
  apiKey: string | null,
): readonly CodeLine[] {
  const variables: readonly [string, CodePiece][] = [
    ['ANTHROPIC_BASE_URL', { kind: 'text', text: baseUrl }],
    ['ANTHROPIC_AUTH_TOKEN', apiKey === null ? blank(BLANK_KEY) : { kind: 'text', text: apiKey }],
  ];
  switch (kind) {
    case 'shell':
      return variables.map(([variable, value]) => [
        keyword('export '),
        name(variable),
        plain('="'),
        value,
        plain('"'),
      ]);
    case 'powershell':
      return variables.map(([variable, value]) => [
        keyword('$env:'),
        name(variable),
        plain(' = "'),
        value,
        plain('"'),
      ]);
    case 'cmd':
      return variables.map(([variable, value]) => [
        keyword('set '),
        plain('"'),
        name(variable),
        plain('='),
        value,
        plain('"'),
      ]);
    case 'settings':
      return [
        [plain('{')],
        [plain('  '), name('"env"'), plain(': {')],
        ...variables.map(([variable, value], index) => [
          plain('    '),
          name(`"${variable}"`),
          plain(': "'),
          value,
          plain(index < variables.length - 1 ? '",' : '"'),
        ]),
        [plain('  }')],
        [plain('}')],
      ];
    default:
      return kind satisfies never;
  }
}

/** The tab to open first: what the person's own computer most likely runs. */
export function likelySnippet(device: string): SnippetKind {
  return device === 'Windows' ? 'powershell' : 'shell';
}

function keyword(text: string): CodePiece {
  return { kind: 'keyword', text };
}

function name(text: string): CodePiece {
  return { kind: 'name', text };
}

function plain(text: string): CodePiece {
  return { kind: 'plain', text };
}

function blank(text: string): CodePiece {
  return { kind: 'blank', text };
}
