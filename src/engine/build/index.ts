import type { FileTree } from "../model/artifact.ts";
import { GitOpsError } from "../model/errors.ts";
import { isJsonObject, valueAt } from "../model/json.ts";
import type { Manifest, Origin } from "../model/manifest.ts";
import { resourceKey } from "../model/resource-id.ts";
import { fileFailure } from "../yaml/failure.ts";
import type { BuildOptions, BuildResult } from "./build-options.ts";
import { buildChart, findChartFile } from "./charts/chart-source.ts";
import { checkSecret } from "./check-secrets.ts";
import { findKustomization } from "./find-kustomization.ts";
import { buildOverlay } from "./overlay.ts";
import type { KustomizeResult } from "./kustomize/result.ts";
import { manifestsOf, refuseDuplicate } from "./manifests.ts";
import { meteredTree } from "./metered-tree.ts";
import { withoutOutsideTime } from "./outside-time.ts";
import { buildFile, buildPlain } from "./plain.ts";
import { noProblems } from "./problems.ts";

/**
 * Builds the manifests of a path: a kustomization where the folder has one, else a Helm chart, else all YAML and JSON below it; also a
 * single file. A folder without any gives none.
 *
 * Throws PATH_NOT_FOUND; BUILD_FAILED (all problems in `data.diagnostics`: file, line, column, never a value); UNSUPPORTED_CONTENT
 * (encrypted with SOPS, submodule, LFS); PATH_ESCAPES_REPOSITORY; FEATURE_FORBIDDEN; LIMIT_EXCEEDED; the signal's reason; what reaching
 * another host, or running helm, throws.
 */
export async function build(tree: FileTree, path: string, asked: BuildOptions): Promise<BuildResult> {
  const options = withoutOutsideTime(asked);
  const metered = meteredTree(tree, options);
  const { objects, warnings } = await buildObjects(metered, path, options);
  return { manifests: manifestsOf(objects, options), warnings };
}

async function buildObjects(tree: FileTree, path: string, options: BuildOptions): Promise<KustomizeResult> {
  const type = await tree.typeOf(path);
  if (type === undefined) throw new GitOpsError("PATH_NOT_FOUND", `no such path in the source: ${path}`, { data: { path } });
  if (type === "file") return await buildFile(tree, path, options);
  if ((await findKustomization(tree, path)) !== undefined) return await buildOverlay(tree, path, options);
  if ((await findChartFile(tree, path)) !== undefined) return await buildChart(tree, path, options);
  return await buildPlain(tree, path, options);
}

/**
 * What a build prints and no cluster may be given: one object under two versions, labels that are no map (the owner's mark goes there),
 * Secrets that hold masks or no base64.
 * Throws BUILD_FAILED with all of it.
 */
export function checkDeliverable(manifests: readonly Manifest[]): void {
  const problems = noProblems();
  const seen = new Map<string, Origin>();
  for (const manifest of manifests) {
    problems.collect(() => {
      refuseDuplicate(manifest, resourceKey(manifest.id), seen);
      checkMetadata(manifest);
      checkSecret(manifest);
    });
  }
  problems.throwAny();
}

function checkMetadata({ object, origin }: Manifest): void {
  for (const field of ["labels", "annotations"]) {
    const value = valueAt(object, "metadata", field) ?? {};
    if (isJsonObject(value)) continue;
    const message = `metadata.${field} is no map; expected keys and texts`;
    throw fileFailure("BUILD_FAILED", { severity: "error", ...origin, message, hint: "write each as KEY: VALUE, without a dash" });
  }
}
