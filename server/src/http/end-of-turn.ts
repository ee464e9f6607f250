type Step = () => void;

let steps: Step[] = [];

/**
 * Runs `step` when this turn of the event loop has read its sockets. With many calls at once a turn reads several of
 * them, and what is to be written for all goes in one system call.
 */
export function atEndOfTurn(step: Step): void {
  if (steps.length === 0) setImmediate(run);
  steps.push(step);
}

function run(): void {
  const due = steps;
  steps = [];
  for (const step of due) step();
}
