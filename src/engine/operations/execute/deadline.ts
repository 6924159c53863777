import type { Clock } from "../../ports/clock.ts";

/** When a run must be over, on a clock that never steps back. */
export interface Deadline {
  /** Milliseconds left; Infinity without a limit. */
  remaining(): number;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
  /** Lets go of the timer. */
  cancel(): void;
}

/** A deadline so many milliseconds from now; 0 for none. */
export function startDeadline(milliseconds: number, clock: Clock): Deadline {
  const over = new AbortController();
  const cancelled = new AbortController();
  if (milliseconds === 0) return { remaining: () => Infinity, signal: over.signal, cancel: () => undefined };
  const end = clock.monotonic() + milliseconds;
  clock.sleep(milliseconds, cancelled.signal).then(
    () => over.abort(),
    () => undefined, // cancelled: the run ended in time
  );
  return { remaining: () => Math.max(0, end - clock.monotonic()), signal: over.signal, cancel: () => cancelled.abort() };
}
