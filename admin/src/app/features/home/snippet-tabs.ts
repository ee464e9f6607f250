import { DOCUMENT, Component, computed, inject, input } from '@angular/core';
import { MatTab, MatTabContent, MatTabGroup } from '@angular/material/tabs';
import { TranslatePipe } from '@ngx-translate/core';
import { CodeBlock } from '../../ui/code-block/code-block';
import { deviceName } from './device-name';
import { SNIPPET_KINDS, connectSnippet, likelySnippet } from './snippets';

/** The lines that point Claude Code at this gateway, for each shell and for its settings file. */
@Component({
  selector: 'ccs-snippet-tabs',
  imports: [CodeBlock, MatTab, MatTabContent, MatTabGroup, TranslatePipe],
  templateUrl: './snippet-tabs.html',
  styleUrl: './snippet-tabs.scss',
})
export class SnippetTabs {
  /** Null: its place in the lines is marked. */
  readonly apiKey = input.required<string | null>();

  private readonly origin = inject(DOCUMENT).location.origin;
  protected readonly first = SNIPPET_KINDS.indexOf(likelySnippet(deviceName(navigator.userAgent)));
  protected readonly snippets = computed(() =>
    SNIPPET_KINDS.map((kind) => ({ kind, lines: connectSnippet(kind, this.origin, this.apiKey()) })),
  );
}
