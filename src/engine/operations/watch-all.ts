import { DIALECT_KINDS } from "../dialects/table.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import { GitOpsError } from "../model/errors.ts";
import { EventQueue } from "./event-queue.ts";
import { listBareDeliveries } from "./get.ts";
import type { AnyStatus, DeliveryStatus, ListScope, ReaderPorts, RunContext } from "./request.ts";
import { watchDelivery } from "./watch-delivery.ts";
import { watchObjects } from "./watch-objects.ts";

/** One message of a watch over all deliveries. `listed` comes once, first. */
export type DeliveryChange =
  | { readonly type: "listed"; readonly all: readonly AnyStatus[] }
  | { readonly type: "changed" | "deleted"; readonly status: AnyStatus };

/** Every record of an ApplySet carries this label (KEP-3659), so that of a bare delivery too. */
const RECORDS = { group: "", kind: "ConfigMap", labelSelector: "applyset.kubernetes.io/id" };

/** All deliveries, then each of them whenever it changes; a bare one also when one of its objects does. */
export async function* watchAllDeliveries(scope: ListScope, ports: ReaderPorts, context: RunContext): AsyncGenerator<DeliveryChange> {
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const queue = new EventQueue<DeliveryChange>();
  inner.signal.addEventListener("abort", () => queue.close(), { once: true });
  const bare = await listBareDeliveries(scope, ports, context);
  const isHidden = bare instanceof GitOpsError;
  if (isHidden) context.emit({ type: "warning", message: `bare deliveries are left out: ${bare.message}` });
  const work = [watchApps(isHidden ? [] : bare, scope, ports, inner, queue)];
  // Bare deliveries have no labels of their own to select by.
  if (!isHidden && scope.labelSelector === "") work.push(watchBare(bare, scope, ports, inner, queue));
  const ended = work.map((one) => one.catch((error: unknown) => queue.fail(error)));
  try {
    yield* queue.take();
  } finally {
    stop.abort();
    await Promise.allSettled(ended);
  }
}

async function watchApps(
  bare: readonly DeliveryStatus[],
  scope: ListScope,
  ports: ReaderPorts,
  context: RunContext,
  queue: EventQueue<DeliveryChange>,
): Promise<void> {
  const apps = DIALECT_KINDS.filter(({ kind }) => kind.role === "app");
  for await (const change of watchObjects(apps, scope, ports, context)) {
    if (change.type === "listed") {
      const objects = change.all.map((status) => ({ type: "object" as const, status }));
      queue.put({ type: "listed", all: [...bare.map((status) => ({ type: "bare" as const, status })), ...objects] });
    } else {
      queue.put({ type: change.type, status: { type: "object", status: change.status } });
    }
  }
}

/** Follows every bare delivery by itself, and the records for those that come. */
async function watchBare(
  known: readonly DeliveryStatus[],
  { namespace }: ListScope,
  ports: ReaderPorts,
  context: RunContext,
  queue: EventQueue<DeliveryChange>,
): Promise<void> {
  const followed = new Map<string, Promise<void>>();
  const follow = (ref: DeliveryRef, former: DeliveryStatus | undefined): void => {
    const key = `${ref.namespace}/${ref.name}`;
    if (followed.has(key)) return;
    const end = (): void => void followed.delete(key);
    followed.set(
      key,
      followOne(ref, former, ports, context, queue).then(end, (error: unknown) => (end(), queue.fail(error))),
    );
  };
  for (const status of known) follow(status.ref, status);
  try {
    for await (const _ of ports.cluster.watch({ ...RECORDS, ...(namespace === undefined ? {} : { namespace }) }, context)) {
      const { deliveries } = await ports.deliveries.list(namespace, context);
      for (const { ref } of deliveries) follow(ref, undefined);
    }
  } finally {
    await Promise.allSettled(followed.values());
  }
}

/** @param former what was told of it already; its end is told with what was told last. */
async function followOne(
  ref: DeliveryRef,
  former: DeliveryStatus | undefined,
  ports: ReaderPorts,
  context: RunContext,
  queue: EventQueue<DeliveryChange>,
): Promise<void> {
  let last = former;
  try {
    for await (const status of watchDelivery(ref, ports, context)) {
      if (JSON.stringify(status) !== JSON.stringify(last)) queue.put({ type: "changed", status: { type: "bare", status } });
      last = status;
    }
  } catch (error) {
    if (context.signal.aborted) return;
    if (!(error instanceof GitOpsError) || error.code !== "DELIVERY_NOT_FOUND") throw error;
    if (last !== undefined) queue.put({ type: "deleted", status: { type: "bare", status: last } });
  }
}
