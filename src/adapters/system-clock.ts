import type { Clock } from "../engine/ports/clock.ts";

/** The machine's own clock. `monotonic` starts at the start of the process. */
export function systemClock(): Clock {
  return { now: () => Date.now(), monotonic: () => process.uptime() * 1000, sleep };
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  // Loaded with the first sleep: a command that only builds has none.
  const { setTimeout: sleepFor } = await import("node:timers/promises");
  try {
    await sleepFor(Math.max(0, milliseconds), undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    // Node rejects with an AbortError of its own; callers rely on the reason that they gave.
    signal?.throwIfAborted();
    throw cause;
  }
}
