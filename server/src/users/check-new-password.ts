import { ValidationFailedError } from '../errors/caller-errors.js';
import { passwordProblem, type PasswordOwner } from './password-rules.js';

/** Rejects with `ValidationFailedError` at `pointer` when somebody may not have this password. */
export async function checkNewPassword(
  pointer: string,
  password: string,
  owner: PasswordOwner,
): Promise<void> {
  const problem = await passwordProblem(password, owner);
  if (problem !== null) throw unfitPassword(pointer, problem);
}

/** `problem`: what is wrong, to follow the field's name. */
export function unfitPassword(pointer: string, problem: string): ValidationFailedError {
  return new ValidationFailedError([
    { pointer, code: 'unfit_password', detail: `${pointer.slice(1)} ${problem}` },
  ]);
}
