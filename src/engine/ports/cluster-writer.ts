import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ResourceId } from "../model/resource-id.ts";
import type { ApplyOptions, CallOptions, ClusterReader } from "./cluster-reader.ts";

/** How an object is deleted. Both preconditions are always sent. */
export interface DeleteOptions extends CallOptions {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly propagation: "Foreground" | "Background" | "Orphan";
}

/** Writes workload objects of one cluster. Only `operations/execute-plan` is given it. */
export interface ClusterWriter extends ClusterReader {
  /** Server-side apply. Answers the stored object. Throws as {@link ClusterReader.dryRunApply}. */
  apply(manifest: Manifest, options: ApplyOptions & CallOptions): Promise<JsonObject>;
  /** PUT with the live object's resourceVersion, or POST where `resourceVersion` is undefined. */
  replace(
    manifest: Manifest,
    resourceVersion: string | undefined,
    options: { readonly fieldManager: string } & CallOptions,
  ): Promise<JsonObject>;
  /** RFC 6902 patch, such as one that moves managedFields; the caller puts the resourceVersion test into it. */
  patch(id: ResourceId, operations: readonly JsonObject[], options: { readonly fieldManager: string } & CallOptions): Promise<JsonObject>;
  /** "gone" where there was none; "deleting" where finalizers hold it; throws STALE_OBJECT where uid or version differ. */
  delete(id: ResourceId, options: DeleteOptions): Promise<"gone" | "deleting">;
}
