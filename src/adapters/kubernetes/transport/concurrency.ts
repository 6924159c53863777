import { deferred } from "./deferred.ts";

/** Lets so many calls run at once. The server's 429 halves the number; each success lets it grow again, slowly. */
export interface ConcurrencyGate {
  /** Waits for a turn. Rejects with the signal's reason when it is aborted while waiting. */
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
  /** The server took a call. */
  accepted(): void;
  /** The server asked for fewer calls. */
  throttled(): void;
  readonly limit: number;
}

/** Additive increase, multiplicative decrease, as TCP does it: about one more per full round of successes. */
export function createConcurrencyGate(most: number): ConcurrencyGate {
  const waiting = new Set<() => void>();
  let allowed = most;
  let running = 0;

  function admit(): void {
    for (const start of waiting) {
      if (running >= Math.floor(allowed)) return;
      waiting.delete(start);
      running++;
      start();
    }
  }

  async function wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = deferred<void>();
    const abandon = (): void => {
      waiting.delete(resolve);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abandon, { once: true });
    waiting.add(resolve);
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", abandon);
    }
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (running >= Math.floor(allowed)) return wait(signal);
      running++;
    },
    leave() {
      running--;
      admit();
    },
    accepted() {
      if (allowed < most) allowed = Math.min(most, allowed + 1 / allowed);
    },
    throttled() {
      allowed = Math.max(1, allowed / 2);
    },
    get limit() {
      return Math.floor(allowed);
    },
  };
}
