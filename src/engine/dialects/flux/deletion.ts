import { arrayAt, stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import type { DeletionEffect } from "../../model/object-view.ts";
import { groupOf } from "../../model/resource-id.ts";
import { HELM_GROUP, KUSTOMIZE_GROUP } from "./kinds.ts";

const FINALIZER = "finalizers.fluxcd.io";

/**
 * What the controller does with the delivered objects when the app itself is deleted: its finalizer prunes by `deletionPolicy`,
 * and leaves everything where the app is suspended (kustomize-controller's and helm-controller's `finalize`).
 */
export function deletionEffect(object: JsonObject): DeletionEffect {
  const group = groupOf(stringAt(object, "apiVersion"));
  if (group !== KUSTOMIZE_GROUP && group !== HELM_GROUP) return { members: "none", why: "it delivers nothing by itself" };
  if (!arrayAt(object, "metadata", "finalizers").includes(FINALIZER)) return { members: "kept", why: "no controller has taken it up" };
  if (valueAt(object, "spec", "suspend") === true) return { members: "kept", why: "it is suspended" };
  if (group === HELM_GROUP) return { members: "deleted", why: "its release is uninstalled" };
  const policy = stringAt(object, "spec", "deletionPolicy") || "MirrorPrune";
  if (policy === "Orphan") return { members: "kept", why: "deletionPolicy is Orphan" };
  const prunes = policy === "MirrorPrune" ? valueAt(object, "spec", "prune") === true : true;
  return prunes ? { members: "deleted", why: `deletionPolicy is ${policy}` } : { members: "kept", why: "spec.prune is off" };
}

/** A merge patch after which a deletion leaves the delivered objects: the policy where there is one, else a suspension. */
export function keepPatch(object: JsonObject): JsonObject {
  return groupOf(stringAt(object, "apiVersion")) === KUSTOMIZE_GROUP ? { spec: { deletionPolicy: "Orphan" } } : { spec: { suspend: true } };
}

/** A merge patch without the controllers' finalizer; the lists of a merge patch are whole, so the other finalizers stand in it. */
export function releasePatch(object: JsonObject): JsonObject | undefined {
  const all = arrayAt(object, "metadata", "finalizers");
  const others = all.filter((finalizer) => finalizer !== FINALIZER);
  return others.length === all.length ? undefined : { metadata: { finalizers: others } };
}
