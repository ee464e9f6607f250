import { textOf } from '../../ui/code-block/code-line';
import { connectSnippet, type SnippetKind } from './snippets';

const URL = 'https://gateway.example:8443';

function text(kind: SnippetKind, apiKey: string | null): string {
  return connectSnippet(kind, URL, apiKey).map(textOf).join('\n');
}

describe('connectSnippet', () => {
  it.each<{ kind: SnippetKind; expected: string }>([
    {
      kind: 'shell',
      expected: `export ANTHROPIC_BASE_URL="${URL}"\nexport ANTHROPIC_AUTH_TOKEN="sk-1"`,
    },
    {
      kind: 'powershell',
      expected: `$env:ANTHROPIC_BASE_URL = "${URL}"\n$env:ANTHROPIC_AUTH_TOKEN = "sk-1"`,
    },
    { kind: 'cmd', expected: `set "ANTHROPIC_BASE_URL=${URL}"\nset "ANTHROPIC_AUTH_TOKEN=sk-1"` },
  ])('writes $kind', ({ kind, expected }) => {
    expect(text(kind, 'sk-1')).toBe(expected);
  });

  it('writes a settings.json that is JSON', () => {
    expect(JSON.parse(text('settings', 'sk-1'))).toEqual({
      env: { ANTHROPIC_BASE_URL: URL, ANTHROPIC_AUTH_TOKEN: 'sk-1' },
    });
  });

  it('marks the place of a key that is not made yet', () => {
    const blanks = connectSnippet('shell', URL, null)
      .flat()
      .filter((piece) => piece.kind === 'blank');
    expect(blanks).toEqual([{ kind: 'blank', text: 'YOUR_API_KEY' }]);
  });
});
