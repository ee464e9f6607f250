/** What replicas tell one another: `affinity`, which target answers a session. */
export type HintTopic = 'affinity';

/**
 * Word from replica to replica that may be lost: what is told here makes another replica choose better, and is never
 * needed. Sending waits for nothing.
 */
export abstract class Hints {
  abstract send(topic: HintTopic, message: string): void;

  /** Not what this process sent itself. A listener must not throw. */
  abstract subscribe(topic: HintTopic, listener: (message: string) => void): void;
}

/** Without Redis every replica keeps what it knows to itself. */
export class NoHints extends Hints {
  send(): void {}
  subscribe(): void {}
}
