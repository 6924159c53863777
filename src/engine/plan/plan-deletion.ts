import type { Plan } from "../model/plan.ts";
import { clusterGuard, massPruneGuard, protectedPruneGuards } from "./guards.ts";
import type { DeletionInput } from "./plan-input.ts";
import { withEntries } from "./inventories.ts";
import type { ResourceId } from "../model/resource-id.ts";
import { decidePrune, pruneGroups } from "./prune.ts";

/**
 * The removal of a whole delivery: a plan without waves that deletes everything the inventory owns, in reverse order of applying,
 * under the same guards as a prune. `after` holds what stays: protected objects, and those that could not be read.
 */
export function planDeletion(input: DeletionInput): Plan {
  const { inventory, delivery } = input;
  const decision = decidePrune(inventory.entries, input, "deletion");
  return {
    waves: [],
    prune: pruneGroups(decision.pruned, input.conventions),
    skipped: decision.skipped,
    guards: [
      ...clusterGuard(input, delivery.cluster),
      ...massPruneGuard(decision.pruned.length, input),
      ...protectedPruneGuards(decision.pruned, [], withoutOwnRecord(input), "deletion"),
    ],
    warnings: [],
    intent: inventory,
    after: withEntries(inventory, decision.kept),
  };
}

/** The delivery's own record may lie in a Namespace that goes with it, and goes last; it is nobody else's object. */
function withoutOwnRecord(input: DeletionInput): DeletionInput {
  const isRecord = ({ group, kind, namespace, name }: ResourceId): boolean =>
    group === "" && kind === "ConfigMap" && namespace === input.inventory.namespace && name === `gitops-${input.delivery.name}`;
  const occupants = new Map([...input.occupants].map(([key, ids]) => [key, ids.filter((id) => !isRecord(id))]));
  return { ...input, occupants };
}
