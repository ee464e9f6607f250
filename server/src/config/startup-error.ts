/**
 * The process cannot start. `message` is the whole text for the person at the terminal: what is wrong and
 * what would be right, without a secret. main prints it and exits; no stack trace.
 */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export interface EnvironmentProblem {
  readonly variable: string;
  /** What would be right; never the value that was given. */
  readonly expected: string;
}

/** Every bad or missing environment variable at once. */
export class InvalidEnvironmentError extends StartupError {
  constructor(readonly problems: readonly EnvironmentProblem[]) {
    super(
      `The environment has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n` +
        problems.map((problem) => `  ${problem.variable}: ${problem.expected}`).join('\n'),
    );
  }
}
