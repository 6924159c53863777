import { isJsonObject, type JsonObject } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { placeInPatch, type PatchSource } from "./patch-source.ts";
import { applyJsonPatch, type JsonOperation } from "../merge/json-patch.ts";
import { MergeConflict } from "../merge/merge-conflict.ts";
import { mergeStrategically } from "../merge/strategic-merge.ts";
import { effectiveNamespace, formatId } from "../resources/identity.ts";
import { meantName } from "../resources/near-miss.ts";
import { misfitIn } from "../resources/misfits.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";
import { cloneValue, scalarText } from "../resources/scalar.ts";

/** What a patch may change beside the rest. */
export interface PatchRights {
  readonly allowNameChange: boolean;
  readonly allowKindChange: boolean;
}

/**
 * Merges a patch into a resource. Name, kind and namespace stay, but for the rights. Throws BUILD_FAILED.
 *
 * @param patch is not changed.
 * @returns whether the resource may be found by other ids than before.
 */
export function patchResource(resource: Resource, patch: JsonObject, rights: PatchRights, source: PatchSource): boolean {
  const { name, namespace, kind } = resource;
  if (rights.allowNameChange || rights.allowKindChange) resource.storePreviousId();
  const replaces = resource.hasNotes && replacesAnnotations(patch);
  if (replaces) resource.annotate(NOTE, "");
  const merged = guarded(resource, source, () => mergeStrategically(resource.object, cloneValue(patch), resource.schema));
  if (merged === undefined || Object.keys(merged).length === 0) {
    resource.deleted = true;
    return true;
  }
  // kustomize changes the object in place, and drops the other one that `$patch: replace` at the top gives: nothing changes.
  if (scalarText(patch["$patch"]) !== "replace") resource.object = merged;
  if (!rights.allowKindChange) resource.setKind(kind);
  if (!rights.allowNameChange) resource.setName(name);
  resource.setNamespace(namespace);
  if (replaces) takeNote(resource);
  return replaces || rights.allowNameChange || rights.allowKindChange;
}

/** Whether a patch may take all annotations away, and with them what kustomize notes there. */
function replacesAnnotations(patch: JsonObject): boolean {
  const metadata = patch["metadata"];
  const annotations = isJsonObject(metadata) ? metadata["annotations"] : undefined;
  return [patch, metadata, annotations].some((value) => value === null || (isJsonObject(value) && Object.hasOwn(value, "$patch")));
}

/** Takes the note out of the annotations; where it is gone, kustomize has lost its own. */
function takeNote(resource: Resource): void {
  const annotations = resource.metadataTexts("annotations");
  if (annotations.delete(NOTE)) resource.setMetadataTexts("annotations", annotations);
  else resource.forgetNotes();
}

/**
 * A patch as kustomize applies it to what a target selects, or from `patchesStrategicMerge`: its labels and annotations are
 * texts, so that a null among them removes nothing but is the text `null`.
 */
export function withTextMetadata(patch: Resource): JsonObject {
  const copy = patch.copy();
  for (const field of ["labels", "annotations"] as const) copy.setMetadataTexts(field, patch.metadataTexts(field));
  return copy.object;
}

/** Drops what a patch deleted. Throws BUILD_FAILED where two resources have one id, which a replacement before it may have caused. */
export function checkUnique(resources: ResourceMap, { spot, label }: PatchSource): void {
  resources.dropDeleted();
  const conflict = resources.firstConflict();
  if (conflict !== undefined) throw buildFailure(spot, `${label} meets two resources with the id ${formatId(conflict.id)}`);
}

/** Stands in the annotations for the notes of kustomize while a JSON patch runs. */
const NOTE = "internal.config.kubernetes.io/previousNames";

/** Applies JSON operations to a resource. Throws BUILD_FAILED. */
export function operateOnResource(resource: Resource, operations: readonly JsonOperation[], source: PatchSource): void {
  const { hasNotes } = resource;
  const misfit = resource.misfit === undefined ? undefined : misfitIn(resource.object);
  if (resource.misfit !== undefined && misfit !== undefined) throw resource.misfit(misfit);
  if (hasNotes) resource.annotate(NOTE, "");
  resource.object = guarded(resource, source, () => applyJsonPatch(resource.object, operations));
  if (!hasNotes) return;
  const annotations = resource.metadataTexts("annotations");
  if (!annotations.delete(NOTE)) {
    // Whoever replaces all annotations takes the origin away too, which is one of them.
    resource.provenance = undefined;
    resource.transformations = [];
  }
  resource.setMetadataTexts("annotations", annotations);
}

function guarded<T>(resource: Resource, source: PatchSource, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof MergeConflict)) throw error;
    const hint = "compare the patch with the object that it meets: a build without the patch shows it";
    throw buildFailure(
      placeInPatch(source, error.pointer),
      `${source.label} cannot be applied to ${formatId(resource.id)}: ${error.message}`,
      hint,
    );
  }
}

/** The one resource that a patch without target means, by any id that it ever had. Throws BUILD_FAILED. */
export function targetOfPatch(resources: ResourceMap, patch: Resource, source: PatchSource): Resource {
  const { id } = patch;
  const matches = resources.withAnyId({ ...id, namespace: effectiveNamespace(id.namespace, patch.isClusterScoped) });
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return first;
  const found = first === undefined ? "no matches" : "multiple matches";
  const hint = first === undefined ? nearMiss(resources, patch) : "give the patch a namespace, or a target";
  const spot = placeInPatch(source, "/metadata/name");
  throw buildFailure(spot, `${source.label}: ${found} for Id ${formatId(id)}; failed to find unique target for patch`, hint);
}

function nearMiss(resources: ResourceMap, patch: Resource): string | undefined {
  const near =
    resources.all.find((one) => one.kind === patch.kind && one.originalId.name === patch.name) ??
    resources.all.find((one) => one.name === patch.name);
  return near === undefined ? meantName(resources.all, patch) : `there is ${formatId(near.id)}`;
}
