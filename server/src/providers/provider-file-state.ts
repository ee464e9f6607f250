import { Injectable } from '@nestjs/common';
import type { FileRemark } from '../config/provider-file.js';

/** How this process stands to its provider.json. */
export interface ProviderFileState {
  /** `missing`: it was not there when it was last looked for. `broken`: its problems stop it, the last state goes on. */
  readonly status: 'unread' | 'applied' | 'missing' | 'broken';
  readonly problems: readonly FileRemark[];
  readonly warnings: readonly FileRemark[];
  /** Since when it is so. */
  readonly since: Date | null;
}

const UNREAD: ProviderFileState = Object.freeze({
  status: 'unread',
  problems: [],
  warnings: [],
  since: null,
});

/** Remembers it for those who ask. */
@Injectable()
export class ProviderFileStatus {
  private state = UNREAD;

  get current(): ProviderFileState {
    return this.state;
  }

  /** True when this is news. */
  set(state: Omit<ProviderFileState, 'since'>): boolean {
    const told = ({ status, problems, warnings }: Omit<ProviderFileState, 'since'>): string =>
      JSON.stringify([status, problems, warnings]);
    if (told(this.state) === told(state)) return false;
    this.state = Object.freeze({ ...state, since: new Date() });
    return true;
  }
}
