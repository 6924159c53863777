import { checkUnique, patchResource, targetOfPatch, withTextMetadata } from "../patches/apply-patch.ts";
import type { PatchSource } from "../patches/patch-source.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";

/** Merges patches into the resources with their ids, in order. Throws BUILD_FAILED for one that finds none, or several. */
export function transformStrategicMerge(
  resources: ResourceMap,
  patches: readonly { readonly patch: Resource; readonly source: PatchSource }[],
): void {
  for (const { patch, source } of patches) {
    const target = targetOfPatch(resources, patch, source);
    if (patchResource(target, withTextMetadata(patch), patch, source)) resources.renamed();
    checkUnique(resources, source);
  }
}
