import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ResourceId } from "../model/resource-id.ts";
import type { CallOptions } from "./cluster-reader.ts";

/** How a delivery object is written. */
export interface ObjectWriteOptions extends CallOptions {
  readonly fieldManager: string;
  /** Refused with STALE_OBJECT where the object has another one; "" for whatever it has. */
  readonly resourceVersion: string;
}

/** Something that happened to an object, for `kubectl describe` and `gitops events`. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  /** CamelCase, such as ReconciliationSucceeded. */
  readonly reason: string;
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Who says so, such as kustomize-controller. */
  readonly component: string;
}

/**
 * Writes the objects of dialects (spec, status, annotations) and the definitions of their kinds, never a workload: a port of its own, so that what asks a controller
 * to work cannot change what the controller delivers. Throws as ClusterWriter does.
 */
export interface DeliveryObjects {
  /** JSON merge patch (RFC 7386). */
  patch(id: ResourceId, change: JsonObject, options: ObjectWriteOptions): Promise<JsonObject>;
  /** JSON merge patch of the status subresource, or of the object where the kind has none. */
  patchStatus(id: ResourceId, change: JsonObject, options: ObjectWriteOptions): Promise<JsonObject>;
  /** Server-side apply of the whole object, conflicts taken. */
  apply(manifest: Manifest, options: Omit<ObjectWriteOptions, "resourceVersion">): Promise<JsonObject>;
  /** Records an Event about an object, as it is in the cluster now. */
  record(object: JsonObject, event: ObjectEvent, options: CallOptions): Promise<void>;
  /** "gone" where there was none; "deleting" where finalizers hold it. */
  delete(id: ResourceId, options: CallOptions): Promise<"gone" | "deleting">;
}
