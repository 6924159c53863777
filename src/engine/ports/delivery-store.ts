import type { OwnerMark } from "../model/conventions.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import type { GitOpsError } from "../model/errors.ts";
import type { Inventory } from "../model/inventory.ts";
import type { CallOptions } from "./cluster-reader.ts";

/** A delivery as the cluster keeps it. */
export interface StoredDelivery {
  readonly ref: DeliveryRef;
  readonly inventory: Inventory;
  /** Opaque; says whether it changed since. */
  readonly resourceVersion: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What a listing found. */
export interface DeliveryList {
  readonly deliveries: readonly StoredDelivery[];
  /** Records that can't be read, each with its INVENTORY_UNREADABLE. */
  readonly unreadable: readonly { readonly ref: DeliveryRef; readonly error: GitOpsError }[];
}

/** Reads what deliveries own. */
export interface DeliveryStore {
  /** Throws INVENTORY_UNREADABLE, OWNED_BY_ANOTHER (the parent belongs to another tool). */
  read(ref: DeliveryRef, options: CallOptions): Promise<StoredDelivery | undefined>;
  /** All that may be listed, in one namespace or in all. A damaged record holds up no other. */
  list(namespace: string | undefined, options: CallOptions): Promise<DeliveryList>;
  /** The marks that members of this delivery carry. */
  ownerMark(ref: DeliveryRef): OwnerMark;
}

/** A held right to write one delivery. */
export interface DeliveryLease {
  /** Aborted when the lease is lost; the reason is the GitOpsError: LOCK_HELD where another took it, CLUSTER_UNREACHABLE where it could not be renewed. */
  readonly lost: AbortSignal;
  /** Stores the inventory. Refused (LOCK_HELD) when the lease is lost. */
  write(inventory: Inventory, options: CallOptions): Promise<void>;
  /** Stores the inventory where one is given, and gives the lease back, in one write. Never throws for a lost lease. */
  release(inventory: Inventory | undefined, options: CallOptions): Promise<void>;
  /** Removes the delivery's own record, lease and all. */
  remove(options: CallOptions): Promise<void>;
}

/** Writes delivery records: a port apart from the one for workloads. */
export interface DeliveryWriter extends DeliveryStore {
  /**
   * Stores the intent and takes the lease in one guarded write.
   * @param expected the resourceVersion read before, or undefined where there was no record: then it must still be so.
   * Throws LOCK_HELD (data: holder) where another run holds or changed it.
   */
  begin(ref: DeliveryRef, intent: Inventory, expected: string | undefined, options: CallOptions): Promise<DeliveryLease>;
}
