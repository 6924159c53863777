import type { Discovery } from "../model/discovery.ts";
import { stringAt } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { AppDelivery } from "./request.ts";

/**
 * The objects of a build that the run delivers itself, apps and sources, and the build without those of them that the cluster cannot
 * store: their kind is neither served nor defined by the same build.
 */
export function withoutNested(
  manifests: readonly Manifest[],
  delivery: AppDelivery | undefined,
  discovery: Discovery,
): { readonly kept: readonly Manifest[]; readonly nested: readonly Manifest[] } {
  if (delivery === undefined) return { kept: manifests, nested: [] };
  const nested = manifests.filter(({ id }) => delivery.plays(id));
  const unserved = new Set(nested.filter(({ id }) => discovery.find(id) === undefined && !manifests.some((one) => defines(one, id))));
  return { kept: manifests.filter((manifest) => !unserved.has(manifest)), nested };
}

function defines({ id, object }: Manifest, { group, kind }: { readonly group: string; readonly kind: string }): boolean {
  if (id.kind !== "CustomResourceDefinition" || id.group !== "apiextensions.k8s.io") return false;
  return stringAt(object, "spec", "group") === group && stringAt(object, "spec", "names", "kind") === kind;
}
