import type { ApplyChange, Change } from "../model/change.ts";
import { stringAt } from "../model/json.ts";
import type { Inventory, InventoryEntry } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import { formatResourceId, resourceKey, versionOf } from "../model/resource-id.ts";
import { clusterGuard, conflictGuard, emptyBuildGuard, massPruneGuard, ownershipGuards, protectedPruneGuards } from "./guards.ts";
import { declaredEntries, withEntries } from "./inventories.ts";
import { carriesMark, foreignOwner } from "./ownership.ts";
import type { LeftObject, PlanInput } from "./plan-input.ts";
import { decidePrune, pruneCandidates, pruneGroups } from "./prune.ts";
import { stepsOf } from "./steps.ts";
import { wavesOf } from "./waves.ts";

/**
 * Everything that a sync would do, in order. Unchanged objects are in it as steps that write nothing.
 * Guards are not thrown: a diff shows them, a sync stops at them.
 */
export function makePlan(input: PlanInput): Plan {
  const { changes, inventory, delivery } = input;
  const planned = changes.map((change) => ({ change, ...stepsOf(change, input) }));
  const plain = planned.filter(({ hook }) => hook === undefined).map(({ change }) => change);
  const ids = [...changes, ...input.left.map(({ manifest }) => manifest)].map(({ id }) => id);
  const declared = [...declaredEntries(plain), ...leftEntries(input.left)];
  const decision = decidePrune(pruneCandidates(inventory, ids), input, "sync", new Set(declared.map(({ uid }) => uid)));
  const base: Omit<Inventory, "entries"> = {
    version: 1,
    cluster: delivery.cluster,
    source: delivery.source,
    namespace: delivery.namespace,
    revision: delivery.revision,
  };
  return {
    waves: wavesOf(planned.flatMap(({ steps }) => steps)),
    prune: pruneGroups(decision.pruned, input.conventions),
    skipped: [...decision.skipped, ...idleHooks(planned), ...leftSkips(input.left)],
    guards: [
      ...clusterGuard(input, delivery.cluster),
      ...emptyBuildGuard(plain.length + input.left.length, changes.length - plain.length, input),
      ...ownershipGuards(changes, input, delivery.name),
      ...conflictGuard(changes, input.policy),
      ...planned.flatMap(({ guards }) => guards),
      ...massPruneGuard(decision.pruned.length, input),
      ...protectedPruneGuards(decision.pruned, ids, input, "sync"),
    ],
    warnings: [...input.warnings, ...takeoverWarnings(changes), ...sharedOwnershipWarnings(changes, input), ...leavingWarnings(plain)],
    intent: withEntries(base, inventory?.entries ?? [], declared),
    after: withEntries(base, decision.kept, idleEntries(planned, inventory), declared),
  };
}

function idleHooks(
  planned: readonly (ReturnType<typeof stepsOf> & { readonly change: ApplyChange })[],
): readonly Extract<Change, { action: "skip" }>[] {
  return planned.flatMap(({ change, hook }) =>
    hook?.skip === undefined ? [] : [{ action: "skip" as const, id: change.id, reason: hook.skip }],
  );
}

/** What was delivered once and became a hook that no sync runs: it stays, and stays owned, so that a deletion finds it. */
function idleEntries(
  planned: readonly (ReturnType<typeof stepsOf> & { readonly change: ApplyChange })[],
  inventory: Inventory | undefined,
): readonly InventoryEntry[] {
  const idle = new Set(planned.filter(({ hook }) => hook?.skip !== undefined).map(({ change }) => resourceKey(change.id)));
  return (inventory?.entries ?? []).filter((entry) => idle.has(resourceKey(entry)));
}

function leftSkips(left: readonly LeftObject[]): readonly Extract<Change, { action: "skip" }>[] {
  return left.map(({ manifest, reason }) => ({ action: "skip", id: manifest.id, reason }));
}

/** Also what is not there: the kustomize-controller records it, and what is left today may be applied tomorrow. */
function leftEntries(left: readonly LeftObject[]): readonly InventoryEntry[] {
  return left.map(({ manifest, live }) => ({
    ...manifest.id,
    version: versionOf(manifest.apiVersion),
    uid: stringAt(live, "metadata", "uid"),
  }));
}

function takeoverWarnings(changes: readonly ApplyChange[]): readonly string[] {
  return changes.flatMap((change) =>
    change.action === "configure"
      ? change.takeovers.map(({ field, manager }) => `${formatResourceId(change.id)}: ${field} is taken over from ${manager}`)
      : [],
  );
}

/** An object that is there and equal may be on its way out all the same: nothing that is sent to it keeps it. */
function leavingWarnings(changes: readonly ApplyChange[]): readonly string[] {
  return changes.flatMap((change) => {
    if (change.action === "create" || stringAt(change.live, "metadata", "deletionTimestamp") === "") return [];
    return [`${formatResourceId(change.id)} is being deleted: sync again when it is gone, to make it anew`];
  });
}

/** Ours by our mark, and somebody else's by theirs: both will go on writing it. */
function sharedOwnershipWarnings(changes: readonly ApplyChange[], { live, ownerMark }: PlanInput): readonly string[] {
  return changes.flatMap(({ id }) => {
    const object = live.get(resourceKey(id));
    const marks = ownerMark.of(id);
    if (object === undefined || !carriesMark(object, marks)) return [];
    const other = foreignOwner(object, marks);
    return other === undefined ? [] : [`${formatResourceId(id)} also carries the mark of ${other.owner}`];
  });
}
