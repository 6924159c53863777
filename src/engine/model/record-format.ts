import type { OwnerMark } from "./conventions.ts";
import type { Inventory } from "./inventory.ts";
import type { JsonObject } from "./json.ts";
import type { GroupKind, ResourceId } from "./resource-id.ts";

/** How the app objects of a dialect keep what a delivery owns. Functions of data. */
export interface RecordFormat extends GroupKind {
  /** Of the conventions: who writes the status. */
  readonly statusManager: string;
  /** What the object's status records; undefined where it records nothing yet. */
  inventoryOf(object: JsonObject): Inventory | undefined;
  /** The status fields that hold an inventory, to be merged into the object's status. */
  statusOf(inventory: Inventory): JsonObject;
  ownerMark(app: ResourceId): OwnerMark;
}
