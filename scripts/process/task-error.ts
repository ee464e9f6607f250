/** Something a person can cause or mend, in words: printed without a stack. */
export class TaskError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The work was given up because the command was told to stop. */
export class StoppedError extends Error {
  constructor() {
    super('stopped');
  }
}
