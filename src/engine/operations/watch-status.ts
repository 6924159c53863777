import type { GroupKind } from "../model/resource-id.ts";
import type { ReaderPorts, RunContext } from "./request.ts";

/** Changes that come within so many milliseconds are shown as one. */
const SETTLE_MS = 100;

/** What of the cluster one status depends on. */
export type WatchQuery = GroupKind & { readonly namespace?: string; readonly name?: string };

/** A status that can be read again. */
export interface WatchedStatus<Status> {
  readonly first: Status;
  /** @param former what was read before. */
  read(former: Status): Promise<Status>;
  /** By a key that is equal for equal queries. */
  queriesOf(status: Status): ReadonlyMap<string, WatchQuery>;
}

/** A status now and after every change of what it depends on, of kinds that join it meanwhile too, until the signal is aborted. */
export async function* watchStatus<Status>(
  watched: WatchedStatus<Status>,
  ports: Pick<ReaderPorts, "cluster" | "clock">,
  context: RunContext,
): AsyncGenerator<Status> {
  yield watched.first;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const changes = new ChangeFlag();
  const watches = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const watch = async (query: WatchQuery): Promise<void> => {
    try {
      // A list is news too: things may have changed between the reading of the status and the watch's beginning, or in a gap of it.
      for await (const _ of ports.cluster.watch(query, { signal })) changes.raise();
    } catch (error) {
      failures.push(error);
    }
    changes.raise();
  };
  const watchKindsOf = (status: Status): void => {
    for (const [key, query] of watched.queriesOf(status)) if (!watches.has(key)) watches.set(key, watch(query));
  };
  let former = watched.first;
  let last = JSON.stringify(former);
  try {
    watchKindsOf(former);
    while (!signal.aborted) {
      await changes.raised();
      if (signal.aborted) return;
      if (failures.length > 0) throw failures[0];
      await ports.clock.sleep(SETTLE_MS, signal);
      changes.lower();
      former = await watched.read(former);
      watchKindsOf(former);
      const text = JSON.stringify(former);
      if (text !== last) yield former;
      last = text;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(watches.values());
  }
}

/** Raised by any watch, lowered by the one who looks. */
class ChangeFlag {
  #isRaised = false;
  #tell: (() => void) | undefined;

  raise(): void {
    this.#isRaised = true;
    this.#tell?.();
  }

  lower(): void {
    this.#isRaised = false;
  }

  raised(): Promise<void> {
    if (this.#isRaised) return Promise.resolve();
    return new Promise((resolve) => (this.#tell = resolve));
  }
}
