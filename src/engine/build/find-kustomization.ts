import type { FileTree } from "../model/artifact.ts";
import { fileFailure } from "../yaml/failure.ts";

const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/**
 * The path of a folder's kustomization file, or undefined where it has none.
 * Throws BUILD_FAILED where it has two: kustomize does not choose between them.
 */
export async function findKustomization(tree: FileTree, folder: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of NAMES) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if ((await tree.typeOf(path)) === "file") found.push(path);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const message = `more than one kustomization file: ${second} stands beside it; expected one`;
    throw fileFailure("BUILD_FAILED", { severity: "error", file: first, message, hint: "remove one of the two" });
  }
  return first;
}
