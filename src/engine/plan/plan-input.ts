import type { ApplyChange } from "../model/change.ts";
import type { Conventions, OwnerMark } from "../model/conventions.ts";
import type { SyncPolicy } from "../model/delivery.ts";
import type { Discovery } from "../model/discovery.ts";
import type { Inventory } from "../model/inventory.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ResourceId } from "../model/resource-id.ts";
import type { Revision, Source } from "../model/source.ts";

/** What the cluster says about the objects that may be deleted. All maps go by resourceKey. */
export interface PruneEvidence {
  readonly inventory: Inventory | undefined;
  /** Live objects of the build and of the inventory; an absent key means that the read succeeded and found none. */
  readonly live: ReadonlyMap<string, JsonObject>;
  /** Objects whose read failed, with the reason (forbidden, the API is down): kept and reported, never taken for absent. */
  readonly unreadable: ReadonlyMap<string, string>;
  /**
   * For each Namespace and CRD among {@link pruneCandidates}: the live objects in it that count (see countsAsOccupant).
   * A candidate that is not in here counts as occupied.
   */
  readonly occupants: ReadonlyMap<string, readonly ResourceId[]>;
  readonly discovery: Discovery;
  readonly ownerMark: OwnerMark;
  readonly conventions: Conventions;
  readonly policy: SyncPolicy;
}

/** A declared object that is left as it is, because it asks for that itself; where it lives it stays owned. */
export interface LeftObject {
  readonly manifest: Manifest;
  readonly live: JsonObject | undefined;
  readonly reason: string;
}

/** All that a plan is made of. */
export interface PlanInput extends PruneEvidence {
  readonly delivery: {
    readonly name: string;
    readonly cluster: string;
    readonly source: Source;
    readonly namespace: string;
    readonly revision: Revision;
  };
  /** One for each desired object, hooks too. */
  readonly changes: readonly ApplyChange[];
  readonly left: readonly LeftObject[];
  /** From deferredReasons. */
  readonly deferred: ReadonlyMap<string, string>;
  /** Objects whose dry-run was refused with IMMUTABLE_FIELD: the fields. */
  readonly immutable: ReadonlyMap<string, readonly string[]>;
  /** Lines gathered before (scopeManifests, withoutScaledFields). */
  readonly warnings: readonly string[];
}

/** All that the removal of a delivery is planned from. */
export interface DeletionInput extends PruneEvidence {
  readonly inventory: Inventory;
  readonly delivery: { readonly name: string; readonly cluster: string };
}
