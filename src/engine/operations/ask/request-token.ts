import type { Clock } from "../../ports/clock.ts";

/**
 * A text that no other request carries: the time with nanoseconds, as Flux's own command line writes it. Its last six digits are those
 * of a clock that starts anew with each process, so that two processes in the same millisecond differ.
 */
export function newRequestToken(clock: Clock): string {
  const rest = clock.monotonic() % 1;
  const nanoseconds = String(Math.floor(rest * 1_000_000)).padStart(6, "0");
  return new Date(clock.now()).toISOString().replace("Z", `${nanoseconds}Z`);
}
