import { createHash } from "node:crypto";
import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import type { JsonObject } from "../../../engine/model/json.ts";
import type { GroupKind } from "../../../engine/model/resource-id.ts";

/** The label, annotations and names of KEP-3659 (ApplySet), as kubectl reads and writes them. */
export const APPLYSET_ID_LABEL = "applyset.kubernetes.io/id";
export const PART_OF_LABEL = "applyset.kubernetes.io/part-of";
/** Set on the record of a delivery that belongs to an object of a dialect which the cluster does not serve. */
export const DIALECT_ANNOTATION = "gitops/dialect";
const TOOLING_ANNOTATION = "applyset.kubernetes.io/tooling";
const GROUP_KINDS_ANNOTATION = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES_ANNOTATION = "applyset.kubernetes.io/additional-namespaces";
const TOOLING = "gitops/v1";

/** The name of the ConfigMap that is the parent of a bare delivery. */
export function parentName(ref: DeliveryRef): string {
  return `gitops-${ref.name}`;
}

/** The set's id: `applyset-<base64url(sha256("name.namespace.kind.group"))>-v1`. */
export function applySetId(ref: DeliveryRef): string {
  const digest = createHash("sha256")
    .update(`${parentName(ref)}.${ref.namespace}.ConfigMap.`)
    .digest("base64url");
  return `applyset-${digest}-v1`;
}

/** Whether an object is the parent of a set that this tool made; a set of another tool is not ours to read or change. */
export function isOurParent(metadata: Readonly<JsonObject>): boolean {
  const annotations = metadata["annotations"];
  return (
    typeof annotations === "object" && annotations !== null && !Array.isArray(annotations) && annotations[TOOLING_ANNOTATION] === TOOLING
  );
}

/** The labels of the parent. */
export function parentLabels(ref: DeliveryRef): JsonObject {
  return { [APPLYSET_ID_LABEL]: applySetId(ref) };
}

/** The annotations of the parent: a superset of what the members are, so that no reader misses one. */
export function parentAnnotations(ref: DeliveryRef, inventory: Inventory): JsonObject {
  const kinds = new Set(inventory.entries.map(formatGroupKind));
  const namespaces = new Set(inventory.entries.map((entry) => entry.namespace));
  namespaces.delete("");
  namespaces.delete(ref.namespace);
  return {
    [TOOLING_ANNOTATION]: TOOLING,
    ...(ref.dialect === "bare" ? {} : { [DIALECT_ANNOTATION]: ref.dialect }),
    [GROUP_KINDS_ANNOTATION]: [...kinds].sort().join(","),
    ...(namespaces.size > 0 ? { [NAMESPACES_ANNOTATION]: [...namespaces].sort().join(",") } : {}),
  };
}

function formatGroupKind({ group, kind }: GroupKind): string {
  return group === "" ? kind : `${kind}.${group}`;
}
