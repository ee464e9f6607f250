/**
 * Signals a process, or with a negative id a whole process group; 0 only asks. False: there is none (any more), or
 * it is somebody else's.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
