import type { AppBuild } from "../../model/app.ts";
import type { FileTree } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";
import { arrayAt, type JsonObject, type JsonValue } from "../../model/json.ts";
import { printYaml } from "../../yaml/print.ts";
import type { BuildOptions, BuildResult } from "../build-options.ts";
import { buildFailure } from "../kustomize/fail.ts";
import { joinPath } from "../kustomize/load/tree-path.ts";
import { manifestsOf } from "../manifests.ts";
import { meteredTree } from "../metered-tree.ts";
import { buildOverlay } from "../overlay.ts";
import { withoutOutsideTime } from "../outside-time.ts";
import { layOver } from "./lay-over.ts";
import { rootKustomization } from "./root-kustomization.ts";
import { treeWithFile } from "./tree-with-file.ts";

/** What decides how the files of a delivery become objects, before its variables are put in. */
export type FluxBuild = Pick<AppBuild, "path" | "overlay" | "ignoreMissingComponents">;

/** Flux does not ask kustomize to sort, as its command line does. */
const AS_LISTED: JsonObject = { sortOptions: { order: "fifo" } };

/**
 * Builds a folder as kustomize-controller v1.9.4 does (fluxcd/pkg/kustomize v1.35.4): a kustomization is generated where there is none,
 * the delivery's fields are laid over it, files may be loaded from anywhere in the tree, charts are refused, and objects come in the order of the files.
 * One difference: the label of `managedByLabel` names a version; the controller writes `kustomize-(devel)`, which no API server takes.
 *
 * @param tree the artifact: what `artifactTree` leaves of a repository.
 * @param build `overlay` in the words of a kustomization file: namespace, namePrefix, nameSuffix, patches, components, images,
 *   buildMetadata.
 *
 * Throws PATH_NOT_FOUND where there is no such folder, and what `build` throws.
 */
export async function buildForFlux(tree: FileTree, { path, ...build }: FluxBuild, asked: BuildOptions): Promise<BuildResult> {
  const { charts: _off, ...options } = withoutOutsideTime(asked);
  const metered = meteredTree(tree, options);
  const folder = folderInside(path);
  if ((await metered.typeOf(folder)) !== "directory") {
    throw new GitOpsError("PATH_NOT_FOUND", `no such folder in the source: ${path}`, { hint: "correct spec.path", data: { path } });
  }
  const root = await rootKustomization(metered, folder, options.budget);
  const components = await presentComponents(metered, folder, build);
  const fields = { ...AS_LISTED, ...layOver(root.fields, { ...build.overlay, components: [...components] }) };
  const laidOver = treeWithFile(metered, root.path, new TextEncoder().encode(printYaml(fields)));
  const { objects, warnings } = await buildOverlay(laidOver, folder, { ...options, loadRestrictor: "LoadRestrictionsNone" });
  return { manifests: manifestsOf(objects, options), warnings: [...root.warnings, ...warnings] };
}

/** `..` cannot leave the artifact: it stops at the top, as in the controller. */
function folderInside(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

async function presentComponents(
  tree: FileTree,
  folder: string,
  { overlay, ignoreMissingComponents }: Omit<FluxBuild, "path">,
): Promise<readonly JsonValue[]> {
  const present: JsonValue[] = [];
  for (const component of arrayAt(overlay, "components")) {
    if (typeof component !== "string" || !isLocal(component)) {
      throw buildFailure(folder, "a component of the delivery is no local and relative path", "name a folder of the same source");
    }
    const path = joinPath(folder, component);
    if (ignoreMissingComponents && (path === undefined || (await tree.typeOf(path)) === undefined)) continue;
    present.push(component);
  }
  return present;
}

/** What kustomize would take for a URL, and absolute paths, are not local. */
function isLocal(path: string): boolean {
  return !/^(?:git::|gh:|ssh:\/\/|https?:\/\/|git@|github\.com[:/]|(?:file:\/\/)?\/)./i.test(path) && path !== "/";
}
