import type { DeliveryRef } from "../model/delivery.ts";
import type { GroupKind } from "../model/resource-id.ts";
import { fetchingOnce } from "./fetch-once.ts";
import { getDelivery } from "./delivery-status.ts";
import type { DeliveryStatus, ReaderPorts, RunContext } from "./request.ts";

/** Changes that come within so many milliseconds are shown as one. */
const SETTLE_MS = 100;

type WatchQuery = GroupKind & { readonly namespace?: string };

/** A delivery's status now and after every change of one of its objects, of kinds that join it meanwhile too, until the signal is aborted. */
export async function* watchDelivery(ref: DeliveryRef, ports: ReaderPorts, context: RunContext): AsyncGenerator<DeliveryStatus> {
  let remembering = { ...ports, fetcher: fetchingOnce(ports.fetcher) };
  const first = await getDelivery(ref, remembering, context);
  yield first;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const changes = new ChangeFlag();
  const watches = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const watch = async (query: WatchQuery): Promise<void> => {
    try {
      for await (const event of ports.cluster.watch(query, { signal })) if (event.type !== "listed") changes.raise();
    } catch (error) {
      failures.push(error);
    }
    changes.raise();
  };
  const watchKindsOf = (status: DeliveryStatus): void => {
    for (const [key, query] of kindsOf(status)) if (!watches.has(key)) watches.set(key, watch(query));
  };
  let revision = first.revision;
  let last = JSON.stringify(first);
  try {
    watchKindsOf(first);
    while (!signal.aborted) {
      await changes.raised();
      if (signal.aborted) return;
      if (failures.length > 0) throw failures[0];
      await ports.clock.sleep(SETTLE_MS, signal);
      changes.lower();
      const status = await getDelivery(ref, remembering, context);
      // A new revision in the record is news of the source; a change in the cluster is none.
      if (status.revision !== revision) remembering = { ...ports, fetcher: fetchingOnce(ports.fetcher) };
      revision = status.revision;
      watchKindsOf(status);
      const text = JSON.stringify(status);
      if (text !== last) yield status;
      last = text;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(watches.values());
  }
}

function kindsOf({ ref, resources }: DeliveryStatus): ReadonlyMap<string, WatchQuery> {
  const queries = new Map<string, WatchQuery>([["record", { group: "", kind: "ConfigMap", namespace: ref.namespace }]]);
  for (const { id, createdAt } of resources) {
    if (createdAt === "") continue;
    queries.set(`${id.group}/${id.kind}/${id.namespace}`, {
      group: id.group,
      kind: id.kind,
      ...(id.namespace === "" ? {} : { namespace: id.namespace }),
    });
  }
  return queries;
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
