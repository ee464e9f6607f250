import { Component, input, signal } from '@angular/core';
import { TranslatePipe } from '@ngx-translate/core';
import type { PublicProvider } from '@ccs/dto';
import { MakeKey } from './make-key';
import { SnippetTabs } from './snippet-tabs';
import { TestMessage } from './test-message';

/** From nothing to a first answer in Claude Code, in three steps. The key is forgotten with the page. */
@Component({
  selector: 'ccs-connect-card',
  imports: [MakeKey, SnippetTabs, TestMessage, TranslatePipe],
  templateUrl: './connect-card.html',
  styleUrl: './connect-card.scss',
})
export class ConnectCard {
  readonly providers = input.required<readonly PublicProvider[]>();
  /** A call would find no provider. */
  readonly nobodyAnswers = input.required<boolean>();
  protected readonly apiKey = signal<string | null>(null);
}
