import { conventionsOf } from "../dialects/conventions.ts";
import { DEFAULT_BUDGET } from "../build/build-options.ts";
import type { DeliveryRef, SyncPolicy } from "../model/delivery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Change } from "../model/change.ts";
import { planDeletion } from "../plan/index.ts";
import { checkCluster, clusterIdentity } from "./cluster-identity.ts";
import { executePrune } from "./execute/execute-prune.ts";
import type { Execution } from "./execute/execution.ts";
import { inventoryAfter } from "./execute/final-inventory.ts";
import { reportUnknown } from "./execute/report-unknown.ts";
import { observeLive } from "./observe-live.ts";
import { observeOccupants } from "./observe-occupants.ts";
import type { DeliveryRequest, PreparedSync, ReaderPorts, RunContext, SyncResult, WriterPorts } from "./request.ts";
import { prepareInTime } from "./prepare-in-time.ts";
import { runGuarded } from "./run-guarded.ts";

/**
 * Plans the removal of everything that a delivery owns, in reverse order of applying; changes nothing.
 * @throws DELIVERY_NOT_FOUND, WRONG_CLUSTER, INVENTORY_UNREADABLE, TIMED_OUT …
 */
export function prepareDelete(
  ref: DeliveryRef,
  policy: SyncPolicy,
  ports: ReaderPorts,
  context: RunContext,
  expectCluster?: string,
): Promise<PreparedSync> {
  return prepareInTime(policy.timeoutMs, ports.clock, context, (bounded) => prepare(ref, policy, ports, bounded, expectCluster));
}

async function prepare(
  ref: DeliveryRef,
  policy: SyncPolicy,
  ports: ReaderPorts,
  context: RunContext,
  expectCluster: string | undefined,
): Promise<PreparedSync> {
  const { cluster, deliveries } = ports;
  const conventions = conventionsOf(ref);
  const [stored, seen, discovery] = await Promise.all([
    deliveries.read(ref, context),
    clusterIdentity(cluster, context),
    cluster.discover(context),
  ]);
  const request = requestOf(ref, policy, expectCluster);
  const identity = await checkCluster(request, seen, stored, ports);
  if (stored === undefined)
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${ref.name} in the namespace ${ref.namespace}`, {
      hint: "gitops get -A lists all deliveries",
    });
  const { inventory } = stored;
  const live = await observeLive(inventory.entries, discovery, cluster, context);
  const plan = planDeletion({
    delivery: { name: ref.name, cluster: identity },
    inventory,
    live: live.objects,
    unreadable: new Map([...live.unknown].map(([key, error]) => [key, error.message])),
    occupants: await observeOccupants(inventory.entries, live.objects, discovery, { cluster, conventions }, context),
    discovery,
    ownerMark: deliveries.ownerMark(ref),
    conventions,
    policy: request.policy,
  });
  const changes: Change[] = [...plan.prune.flatMap((group) => group.map(({ change }) => change)), ...plan.skipped];
  for (const message of plan.warnings) context.emit({ type: "warning", message });
  context.emit({
    type: "plan.ready",
    create: 0,
    configure: 0,
    unchanged: 0,
    prune: changes.length - plan.skipped.length,
    skip: plan.skipped.length,
  });
  return {
    request,
    revision: inventory.revision,
    source: inventory.source,
    cluster: identity,
    plan,
    changes,
    nested: [],
    digest: "",
    stored,
  };
}

/** A deletion builds nothing. */
function requestOf(ref: DeliveryRef, policy: SyncPolicy, expectCluster: string | undefined): DeliveryRequest {
  return {
    ref,
    source: undefined,
    override: {},
    policy: { ...policy, prune: true, allowEmpty: true },
    build: { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false },
    expectCluster,
  };
}

/**
 * Executes what {@link prepareDelete} planned, and removes the record when nothing of it is left.
 * @throws the plan's first guard, before any write; LOCK_HELD where another run writes this delivery.
 */
export function executeDelete(prepared: PreparedSync, ports: WriterPorts, context: RunContext): Promise<SyncResult> {
  return runGuarded(prepared, ports, context, async (outer) => {
    const { plan, request, stored } = prepared;
    const { ref } = request;
    for (const skipped of plan.skipped) outer.state.skipped(skipped.id);
    const lease = await ports.deliveries.begin(ref, { ...plan.intent, unfinished: true }, stored?.resourceVersion, outer.context);
    outer.state.wrote();
    const held: Execution = { ...outer, context: { ...outer.context, signal: AbortSignal.any([outer.context.signal, lease.lost]) } };
    const mark = ports.deliveries.ownerMark(ref);
    // The record goes away with its namespace, and with it the lease: from there on its loss is no news.
    const withRecord = plan.prune.filter((group) =>
      group.some(({ change }) => change.id.kind === "Namespace" && change.id.group === "" && change.id.name === ref.namespace),
    );
    let isComplete = false;
    try {
      await executePrune(
        plan.prune.filter((group) => !withRecord.includes(group)),
        mark,
        held,
      );
      reportUnknown(plan, outer);
      if (!outer.state.hasFailed) await executePrune(withRecord, mark, outer);
      isComplete = !outer.state.hasFailed;
    } finally {
      const calls = outer.calls;
      if (isComplete) await lease.remove(calls);
      else await lease.release(inventoryAfter(plan, outer.state, false), calls);
      outer.state.wrote();
    }
    await ports.bindings.remove(ref);
  });
}
