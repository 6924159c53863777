import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import type { JsonObject } from "../../../engine/model/json.ts";
import type { CallOptions } from "../../../engine/ports/cluster-reader.ts";
import type { LeaseMark } from "./lease-mark.ts";

/** Where a delivery's record and its lease lie: one object, whose resourceVersion guards every write. */
export interface LeasedRecord {
  readonly ref: DeliveryRef;
  read(options: CallOptions): Promise<JsonObject | undefined>;
  /** Whether the object is this program's to write. */
  isOurs(object: JsonObject): boolean;
  /** The lease mark that the object carries. */
  markOf(object: JsonObject): string | undefined;
  /**
   * Stores the inventory, and the mark where one is given; else takes it away. Answers the object as it is then.
   * Throws STALE_OBJECT where `current` is not the newest.
   */
  store(inventory: Inventory, mark: LeaseMark | undefined, current: JsonObject | undefined, options: CallOptions): Promise<JsonObject>;
  /** Renews the mark alone. */
  renew(inventory: Inventory, mark: LeaseMark, current: JsonObject | undefined, options: CallOptions): Promise<JsonObject>;
  /** Whether an object holds just this inventory. */
  holds(object: JsonObject, inventory: Inventory, options: CallOptions): Promise<boolean>;
  /** Removes the record. */
  remove(current: JsonObject, options: CallOptions): Promise<void>;
}
