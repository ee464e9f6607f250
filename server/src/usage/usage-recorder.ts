import { Injectable } from '@nestjs/common';
import { JournalFullError } from '../errors/gateway-state-errors.js';
import { openingOf, type NewCall } from './internal/call-opening.js';
import { OpenCall, type CallEnding } from './open-call.js';
import { PriceList } from './price-list.js';
import { UsageJournal } from './usage-journal.js';

export type { NewCall };

/** Leaves one record of every call in the journal, whatever its end. */
@Injectable()
export class UsageRecorder {
  constructor(
    private readonly journal: UsageJournal,
    private readonly prices: PriceList,
  ) {}

  /** Nothing is written yet. */
  open(call: NewCall): OpenCall {
    return new OpenCall(openingOf(call), call.startedAt, this.journal, this.prices);
  }

  /** Of a call that is refused before it began: the record is written when this returns. */
  refuse(call: NewCall, ending: CallEnding): void {
    void this.open(call).finish(ending);
    this.journal.flush();
  }

  /** @throws `JournalFullError` under `USAGE_WHEN_FULL=strict`, while the journal cannot be written */
  refuseUnrecorded(): void {
    if (this.journal.refusesCalls) throw new JournalFullError();
  }
}
