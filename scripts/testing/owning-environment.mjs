import { TestEnvironment } from 'jest-environment-node';

/** Where a test file keeps the ends of the processes it has started: server/test/support/own-process.ts. */
const OWNED = Symbol.for('cc-switch: ends of owned processes');

/** Node's environment; with a test file go the processes it started, whatever became of its `afterAll`. */
export default class OwningEnvironment extends TestEnvironment {
  /** @override */
  async teardown() {
    /** @type {typeof this.global & { [OWNED]?: readonly (() => void)[] }} */
    const { [OWNED]: ends = [] } = this.global;
    for (const end of ends) end();
    await super.teardown();
  }
}
