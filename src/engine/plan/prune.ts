import type { Inventory, InventoryEntry } from "../model/inventory.ts";
import type { JsonObject } from "../model/json.ts";
import type { ResourceId } from "../model/resource-id.ts";
/** Entries of the inventory that the build does not declare: their live objects must be read (and, of Namespaces and CRDs, the occupants). */
export declare function pruneCandidates(inventory: Inventory | undefined, desired: readonly ResourceId[]): readonly InventoryEntry[];
/** Whether a live object counts as content of its Namespace or CRD: not owned by another, nor one that every namespace has. */
export declare function countsAsOccupant(object: JsonObject): boolean;
