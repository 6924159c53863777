import { DEFAULT_BUDGET, type BuildOptions } from "../../src/engine/build/build-options.ts";
import { buildKustomization } from "../../src/engine/build/kustomize/index.ts";
import type { FileTree } from "../../src/engine/index.ts";
import { printManifests } from "../../src/engine/yaml/print.ts";

/** Options of a build as a person would run it. */
export function buildOptions(changes: Partial<BuildOptions> = {}): BuildOptions {
  return {
    budget: DEFAULT_BUDGET,
    loadRestrictor: "LoadRestrictionsRootOnly",
    strict: false,
    monotonic: () => performance.now(),
    signal: new AbortController().signal,
    ...changes,
  };
}

/** The bytes that a build prints. */
export async function builtText(tree: FileTree, path: string, options = buildOptions()): Promise<string> {
  const { objects } = await buildKustomization(tree, path, options);
  return printManifests(objects.map(({ object }) => object));
}
