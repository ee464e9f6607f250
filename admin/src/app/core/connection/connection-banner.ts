import { Component, inject } from '@angular/core';
import { TranslatePipe } from '@ngx-translate/core';
import { Icon } from '../../ui/icon/icon';
import { Connection } from './connection';

/** Above every page while the gateway does not answer; leaves by itself. */
@Component({
  selector: 'ccs-connection-banner',
  imports: [Icon, TranslatePipe],
  template: `
    <div role="status">
      @if (connection.lost()) {
        <p class="banner"><ccs-icon name="warn" /> {{ 'connection.lost' | translate }}</p>
      }
    </div>
  `,
  styles: `
    .banner {
      display: flex;
      gap: 8px;
      align-items: center;
      justify-content: center;
      padding: 8px 16px;
      color: var(--ccs-warn-text);
      background: var(--ccs-warn-container);
    }
  `,
})
export class ConnectionBanner {
  protected readonly connection = inject(Connection);
}
