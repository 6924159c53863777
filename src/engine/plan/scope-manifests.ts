import type { Discovery } from "../model/discovery.ts";
import type { Manifest } from "../model/manifest.ts";
import type { Revision } from "../model/source.ts";

/** `startedAt` in milliseconds since the epoch: hooks with a generateName are named by it. */
export interface RunIdentity {
  readonly revision: Revision;
  readonly startedAt: number;
}
/** Throws INVALID_MANIFEST, UNKNOWN_KIND, CLUSTER_UNREACHABLE (a group is unavailable); `data.problems` lists all of them. */
export declare function scopeManifests(
  manifests: readonly Manifest[],
  discovery: Discovery,
  defaultNamespace: string,
  run: RunIdentity,
): { readonly manifests: readonly Manifest[]; readonly warnings: readonly string[] };
