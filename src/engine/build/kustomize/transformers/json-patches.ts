import type { JsonOperation } from "../merge/json-patch.ts";
import { operateOnResource } from "../patches/apply-patch.ts";
import type { PatchSource } from "../patches/patch-source.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { type CompiledSelector, selectResources } from "../resources/selector.ts";

/** An entry of `patchesJson6902`, read. */
export interface ReadJsonPatch {
  readonly source: PatchSource;
  readonly target: CompiledSelector;
  readonly operations: readonly JsonOperation[];
}

/** Applies one entry of `patchesJson6902`. Unlike `patches`, it does not remember the names it changes. */
export function transformJsonPatch(resources: ResourceMap, patch: ReadJsonPatch): number {
  const selected = selectResources(resources.all, patch.target);
  for (const resource of selected) operateOnResource(resource, patch.operations, patch.source);
  resources.renamed();
  return selected.length;
}
