import type { FileTree } from "../../model/artifact.ts";
import { findKustomization } from "../find-kustomization.ts";

const MANIFEST_FILE = /\.ya?ml$/;

/**
 * What Flux lists as resources of a folder without a kustomization: every *.yaml and *.yml below it, and folders below that have a
 * kustomization of their own, in the order in which Go walks folders. Paths begin with `./`.
 */
export async function listResources(tree: FileTree, folder: string): Promise<readonly string[]> {
  const resources: string[] = [];
  await walk(tree, folder, ".", resources);
  return resources;
}

async function walk(tree: FileTree, folder: string, shown: string, resources: string[]): Promise<void> {
  for (const { name, type } of await tree.list(folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const resource = `${shown}/${name}`;
    if (type === "file") {
      if (MANIFEST_FILE.test(name)) resources.push(resource);
    } else if ((await tree.resolve(path)) === path) {
      if (await hasKustomization(tree, path)) resources.push(resource);
      else await walk(tree, path, resource, resources);
    }
  }
}

/** Two of them are the build's to refuse. */
async function hasKustomization(tree: FileTree, path: string): Promise<boolean> {
  return (await findKustomization(tree, path)) !== undefined;
}
