import { buildFailure } from "../fail.ts";
import type { JsonOperation } from "../merge/json-patch.ts";
import {
  checkUnique,
  operateOnResource,
  patchResource,
  type PatchRights,
  targetOfPatch,
  withTextMetadata,
} from "../patches/apply-patch.ts";
import { type PatchSource, sourceOfDocument } from "../patches/patch-source.ts";
import { formatId } from "../resources/identity.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";
import { type CompiledSelector, selectResources } from "../resources/selector.ts";

/** An entry of `patches`, read. */
export interface ReadPatch extends PatchRights {
  readonly source: PatchSource;
  readonly target: CompiledSelector | undefined;
  readonly merges: readonly Resource[];
  readonly operations: readonly JsonOperation[] | undefined;
}

/**
 * Applies one entry of `patches`.
 *
 * @returns how many resources it changed; a target that matches nothing is no error in kustomize.
 */
export function transformPatch(resources: ResourceMap, patch: ReadPatch): number {
  if (patch.operations !== undefined) return operateOnTargets(resources, patch, patch.operations);
  if (patch.target !== undefined) return mergeIntoTargets(resources, patch, patch.target);
  for (const merge of patch.merges) {
    const source = sourceOfDocument(patch.source, merge);
    const target = targetOfPatch(resources, merge, source);
    if (patchResource(target, merge.object, rightsOf(patch, merge), source)) resources.renamed();
  }
  return patch.merges.length;
}

function mergeIntoTargets(resources: ResourceMap, patch: ReadPatch, target: CompiledSelector): number {
  const { spot, label } = patch.source;
  const [merge, another] = patch.merges;
  if (merge === undefined) return 0;
  if (another !== undefined) throw buildFailure(spot, `${label} has several strategic merge patches; with a target there can be one only`);
  const selected = selectResources(resources.all, target);
  // With a target the patch takes the version of each resource: only its kind may be another.
  const change = withTextMetadata(merge);
  // The original looks the selected up by their ids again: after a rename several may have one.
  const ids = new Set(selected.map(({ id }) => formatId(id)));
  for (const resource of selected.length === 0 ? [] : resources.all) {
    if (!ids.has(formatId(resource.id))) continue;
    patchResource(resource, { ...change, apiVersion: resource.apiVersion }, rightsOf(patch, merge), patch.source);
  }
  resources.renamed();
  checkUnique(resources, patch.source);
  return selected.length;
}

/** What the options allow, or a build annotation of the patch itself. */
function rightsOf(options: PatchRights, patch: PatchRights): PatchRights {
  return {
    allowNameChange: options.allowNameChange || patch.allowNameChange,
    allowKindChange: options.allowKindChange || patch.allowKindChange,
  };
}

function operateOnTargets(resources: ResourceMap, patch: ReadPatch, operations: readonly JsonOperation[]): number {
  const { spot, label } = patch.source;
  if (patch.target === undefined)
    throw buildFailure(spot, `${label} is a JSON patch and has no target`, "say which resources it is for under target");
  const selected = selectResources(resources.all, patch.target);
  for (const resource of selected) {
    resource.storePreviousId();
    operateOnResource(resource, operations, patch.source);
  }
  resources.renamed();
  return selected.length;
}
