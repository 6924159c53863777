import type { Clock } from "../../ports/clock.ts";
import type { CallOptions } from "../../ports/cluster-reader.ts";
import { GRACE_MS } from "./execution.ts";

/** A signal for calls under way: it follows a cancellation after {@link GRACE_MS}, so that they can finish. */
export function startGrace(cancelled: AbortSignal, clock: Clock): CallOptions & { cancel(): void } {
  const calls = new AbortController();
  const done = new AbortController();
  const begin = (): void => {
    clock.sleep(GRACE_MS, done.signal).then(
      () => calls.abort(cancelled.reason),
      () => undefined, // the run ended within the grace
    );
  };
  if (cancelled.aborted) begin();
  else cancelled.addEventListener("abort", begin, { once: true });
  return {
    signal: calls.signal,
    cancel: () => {
      cancelled.removeEventListener("abort", begin);
      done.abort();
    },
  };
}
