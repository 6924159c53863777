import type { ResourceId } from "./resource-id.ts";
import type { Revision, Source } from "./source.ts";

/** One object that a delivery owns. */
export interface InventoryEntry extends ResourceId {
  /** "" while the object is only intended: a run that dies between the intent and the end leaves it so. */
  readonly uid: string;
  /** The API version that it was applied through, where the record of the delivery keeps it. */
  readonly version?: string;
}

/** What a delivery owns and may prune, and where it came from. Stored with the delivery; carries no credential. */
export interface Inventory {
  readonly version: 1;
  /** uid of the Namespace kube-system: which cluster this list is of. */
  readonly cluster: string;
  readonly source: Source;
  /** The namespace for objects that name none. */
  readonly namespace: string;
  /** The revision applied last, in full or in part. */
  readonly revision: Revision;
  /** Present from the intent on until a run ends well: the next one then runs the hooks again. */
  readonly unfinished?: true;
  /** By {@link resourceKey}, ascending. */
  readonly entries: readonly InventoryEntry[];
}
