import type { Change } from "../model/change.ts";
import type { Inventory, InventoryEntry } from "../model/inventory.ts";
import { stringAt } from "../model/json.ts";
import { resourceKey, versionOf } from "../model/resource-id.ts";
import { compareText } from "./order.ts";

type Wanted = Extract<Change, { action: "create" | "configure" | "none" }>;

/** What a delivery owns because the build declares it. The uid is "" until the object is made. */
export function declaredEntries(changes: readonly Wanted[]): readonly InventoryEntry[] {
  return changes.map((change) => {
    const { group, kind, namespace, name } = change.id;
    return {
      group,
      kind,
      namespace,
      name,
      version: versionOf(change.desired.apiVersion),
      uid: change.action === "create" ? "" : stringAt(change.live, "metadata", "uid"),
    };
  });
}

/** An inventory with the entries of several lists, later ones winning, in order of their keys. */
export function withEntries(base: Omit<Inventory, "entries">, ...lists: readonly (readonly InventoryEntry[])[]): Inventory {
  const entries = new Map(lists.flat().map((entry) => [resourceKey(entry), entry]));
  return { ...base, entries: [...entries].toSorted(([a], [b]) => compareText(a, b)).map(([, entry]) => entry) };
}
