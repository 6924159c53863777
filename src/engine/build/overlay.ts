import type { FileTree } from "../model/artifact.ts";
import type { BuildOptions } from "./build-options.ts";
import type { KustomizeResult } from "./kustomize/result.ts";

/** Builds a folder that has a kustomization. The half of the program that does it is loaded when the first such folder is met. */
export async function buildOverlay(tree: FileTree, path: string, options: BuildOptions): Promise<KustomizeResult> {
  const { buildKustomization } = await import("./kustomize/index.ts");
  return buildKustomization(tree, path, options);
}
