import type { DeliveryRef } from "../model/delivery.ts";
import { DEFAULT_POLICY } from "../model/delivery.ts";
import { prepareDelete } from "./delete-delivery.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import type { Execution } from "./execute/execution.ts";
import { dropMark } from "./execute/drop-mark.ts";
import type { RunContext, SyncResult, WriterPorts } from "./request.ts";
import { runGuarded } from "./run-guarded.ts";

/**
 * Lets go of a delivery: drops the owner mark of its objects and removes its record; every object stays as it is.
 * @throws DELIVERY_NOT_FOUND, WRONG_CLUSTER, LOCK_HELD …
 */
export async function releaseDelivery(
  ref: DeliveryRef,
  ports: WriterPorts,
  context: RunContext,
  expectCluster?: string,
): Promise<SyncResult> {
  const quiet = { ...context, emit: () => undefined };
  const prepared = await prepareDelete(ref, DEFAULT_POLICY, ports, quiet, expectCluster);
  // Nothing is deleted, so no guard of a deletion applies.
  const released = { ...prepared, plan: { ...prepared.plan, guards: [] } };
  return runGuarded(released, ports, context, async (execution) => {
    const { stored } = prepared;
    if (stored === undefined) return;
    const lease = await ports.deliveries.begin(ref, { ...stored.inventory, unfinished: true }, stored.resourceVersion, context);
    execution.state.wrote();
    const held: Execution = { ...execution, context: { ...context, signal: AbortSignal.any([context.signal, lease.lost]) } };
    const mark = ports.deliveries.ownerMark(ref);
    let isComplete = false;
    try {
      await mapBounded(stored.inventory.entries, REQUESTS_AT_ONCE, (entry) => dropMark(entry, mark, held));
      isComplete = !execution.state.hasFailed;
    } finally {
      if (isComplete) await lease.remove(execution.calls);
      else await lease.release({ ...stored.inventory, unfinished: true }, execution.calls);
      execution.state.wrote();
    }
    if (isComplete) await ports.bindings.remove(ref);
  });
}
