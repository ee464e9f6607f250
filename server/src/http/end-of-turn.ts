type Step = () => void;

/** Steps that wait for one immediate. */
class Phase {
  #steps: Step[] = [];
  #scheduled = false;

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      const steps = this.#steps;
      this.#steps = [];
      this.#scheduled = false;
      for (const step of steps) step();
    });
  }

  add(step: Step): void {
    this.#steps.push(step);
  }
}

/** In this order; promises settle between one immediate and the next. */
const PHASES = { records: new Phase(), answers: new Phase() };

/**
 * Runs `step` when this turn of the event loop has read its sockets. With many calls at once a turn reads several of
 * them, and what it has to write, for all of them or several times for one, goes in one system call.
 *
 * @param phase `answers` come after `records`, and after whatever a written record lets go
 */
export function atEndOfTurn(phase: keyof typeof PHASES, step: Step): void {
  PHASES.records.schedule();
  PHASES.answers.schedule();
  PHASES[phase].add(step);
}
