import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { CaptureSubject } from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { errorText } from '../config/error-text.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { CallCapture } from './call-capture.js';
import { CaptureRepository } from './capture.repository.js';

/** More calls that wait to be stored are not captured: that is no accounting. */
const MAX_WAITING = 50;
const LAST_WORDS_MS = 1_000;

/**
 * Captures bodies of calls while a rule asks for it. Where none does, a call costs one comparison; where one does,
 * the call waits for nothing: what was captured is redacted, sealed and stored when it is over.
 */
@Injectable()
export class Captures implements OnApplicationShutdown {
  /** Subject -> until, in ms since the epoch; empty: nobody is captured. */
  #rules: ReadonlyMap<string, number> = new Map();
  #any = false;
  #waiting = 0;
  #storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: CaptureRepository,
    changes: ChangeFeed,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    changes.subscribe('captures', async () => this.#takeIn(await this.repository.rules()));
  }

  /**
   * Null: this call is not captured.
   *
   * @param requestId `req_` with a UUID
   * @param request its bytes are asked for only if it is captured
   */
  open(principal: Principal, requestId: string, request: { readonly bytes: Uint8Array }): CallCapture | null {
    if (!this.#any) return null;
    const { userId, keyId } = principal;
    const until = Math.max(this.#untilOf('user', userId), keyId === null ? 0 : this.#untilOf('key', keyId));
    if (Date.now() >= until) return null;
    const capture = new CallCapture(
      { requestId: requestId.replace('req_', ''), userId, keyId },
      this.environment.captureMaxBytes,
    );
    capture.clientSent(request.bytes);
    return capture;
  }

  /** The call is over. */
  keep(capture: CallCapture): void {
    if (this.#waiting >= MAX_WAITING) {
      this.logger.warn(
        { requestId: capture.call.requestId },
        'a capture is dropped: too many wait to be stored',
      );
      return;
    }
    this.#waiting += 1;
    this.#storing = this.#storing.then(() => this.#store(capture));
  }

  async onApplicationShutdown(): Promise<void> {
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, LAST_WORDS_MS);
    await Promise.race([this.#storing, deadline.promise]);
    clearTimeout(timer);
  }

  async #store(capture: CallCapture): Promise<void> {
    // Not in the same turn as the end of the call: others are answered first.
    await new Promise(setImmediate);
    try {
      await this.repository.insert(capture.call, capture.bodies());
    } catch (error) {
      const { requestId } = capture.call;
      this.logger.warn({ requestId, detail: errorText(error) }, 'a capture could not be stored');
    } finally {
      this.#waiting -= 1;
    }
  }

  #untilOf(subject: CaptureSubject, id: number): number {
    return this.#rules.get(`${subject} ${id}`) ?? 0;
  }

  #takeIn(rules: Awaited<ReturnType<CaptureRepository['rules']>>): void {
    this.#rules = new Map(
      rules.map(({ subject, subject_id: id, until }) => [`${subject} ${id}`, Date.parse(until)]),
    );
    this.#any = this.#rules.size > 0;
  }
}
