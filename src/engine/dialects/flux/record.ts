import type { OwnerMark } from "../../model/conventions.ts";
import type { Inventory } from "../../model/inventory.ts";
import { stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import type { RecordFormat } from "../../model/record-format.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import { formatInventoryId, parseInventoryEntries } from "./inventory-id.ts";
import { KUSTOMIZE_GROUP } from "./kinds.ts";

/** The labels that the kustomize-controller puts on all it applies (fluxcd/pkg ssa, `SetOwnerLabels`). */
function kustomizationMark({ namespace, name }: ResourceId): OwnerMark {
  const labels = { [`${KUSTOMIZE_GROUP}/name`]: name, [`${KUSTOMIZE_GROUP}/namespace`]: namespace };
  const marks = { labels, annotations: {} };
  return { text: `the label ${KUSTOMIZE_GROUP}/name`, of: () => marks };
}

/** What a Kustomization delivered, in `status.inventory` as its controller writes it. */
export const KUSTOMIZATION_RECORD: RecordFormat = {
  group: KUSTOMIZE_GROUP,
  kind: "Kustomization",
  statusManager: "gotk-kustomize-controller",
  inventoryOf: (object) => {
    if (valueAt(object, "status", "inventory") === undefined) return undefined;
    const entries = parseInventoryEntries(object).map((entry) => ({ ...entry, uid: "" }));
    return {
      version: 1,
      cluster: "",
      // A Kustomization names its source itself; the record has none of its own.
      source: { type: "git", url: "", ref: { type: "default" }, path: "" },
      namespace: stringAt(object, "metadata", "namespace"),
      revision: stringAt(object, "status", "lastAppliedRevision"),
      entries,
    };
  },
  statusOf: (inventory) => ({ inventory: { entries: inventoryEntries(inventory) } }),
  ownerMark: kustomizationMark,
};

function inventoryEntries({ entries }: Inventory): JsonObject[] {
  return entries.map((entry) => ({ id: formatInventoryId(entry), v: entry.version ?? "" }));
}
