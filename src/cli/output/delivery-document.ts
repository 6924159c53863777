import type { AnyStatus, DeliveryStatus, JsonObject, ObjectStatus, ResourceStatus } from "../../engine/index.ts";
import { DOCUMENT_VERSION } from "./document.ts";

/** The document of a delivery of any sort, and of a source: what `-o json` shows. */
export function documentOf(any: AnyStatus): JsonObject {
  return any.type === "bare" ? bareDocument(any.status) : objectDocument(any.status);
}

function bareDocument(status: DeliveryStatus): JsonObject {
  return {
    apiVersion: DOCUMENT_VERSION,
    kind: "Delivery",
    name: status.ref.name,
    namespace: status.ref.namespace,
    dialect: status.ref.dialect,
    revision: status.revision,
    sync: status.sync,
    health: status.health.status,
    resources: status.resources.map(resourceDocument),
  };
}

/**
 * The document of an object: of an app a Delivery, with the names that bare ones have too, of a source a Source. Objects of a listing
 * were not looked at: their state is Unknown, for the reason NotRead.
 */
function objectDocument(status: ObjectStatus): JsonObject {
  const { dialect, kind, view, sync, health } = status;
  const common = {
    apiVersion: DOCUMENT_VERSION,
    kind: view.role === "app" ? "Delivery" : "Source",
    name: view.id.name,
    namespace: view.id.namespace,
    dialect,
    revision: view.revision,
    sync,
    health: health.status,
  };
  const own = {
    object: { group: kind.group, kind: kind.kind },
    suspended: view.isSuspended,
    ...(view.isSuspended ? { suspendReason: view.suspendReason, suspendUntil: view.suspendUntil } : {}),
    ready: view.ready,
    reason: view.reason,
    message: view.message,
    createdAt: view.createdAt,
  };
  if (view.role === "source") return { ...common, ...own, url: view.url };
  const { source, path, attemptedRevision } = view;
  return {
    ...common,
    resources: resourcesOf(status).map(resourceDocument),
    ...own,
    attemptedRevision,
    source: source === undefined ? null : { group: source.group, kind: source.kind, namespace: source.namespace, name: source.name, path },
  };
}

/** One object of a delivery in its document. */
function resourceDocument({ id, version, sync, health }: ResourceStatus): JsonObject {
  return {
    group: id.group,
    version,
    kind: id.kind,
    namespace: id.namespace,
    name: id.name,
    sync,
    health: health.status,
    reason: health.reason,
    message: health.message,
  };
}

/** Members as they were read; in a listing those that the record names. */
function resourcesOf({ resources, view }: ObjectStatus): readonly ResourceStatus[] {
  const health = { status: "Unknown", reason: "NotRead", message: "" } as const;
  return resources ?? view.inventory.map(({ version, ...id }) => ({ id, version, sync: "Unknown", health, createdAt: "" }));
}
