import type { FileTree } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";
import { clampedPath, joinPath, partialTree } from "./partial-tree.ts";

/**
 * The files whose paths begin with one of these texts, as source-controller checks them out (`spec.sparseCheckout`; go-git compares
 * text, so "app" takes in "apple/" too). All files where the list is empty.
 *
 * @throws PATH_NOT_FOUND where one of them then names nothing.
 */
export async function sparseTree(tree: FileTree, sparse: readonly string[]): Promise<FileTree> {
  if (sparse.length === 0) return tree;
  const beginnings = sparse.map((path) => (path.startsWith("./") ? path.slice(2) : path));
  const holds = new Map<string, Promise<boolean>>();

  async function typeOf(path: string): Promise<"file" | "directory" | undefined> {
    const isKept = (beginning: string) => path.startsWith(beginning) || `${path}/`.startsWith(beginning);
    if (path !== "" && !beginnings.some((beginning) => isKept(beginning) || beginning.startsWith(`${path}/`))) return undefined;
    const type = await tree.typeOf(path);
    if (path === "" || type === undefined) return type;
    if (type === "directory") return (await holdsKept(path)) ? type : undefined;
    return beginnings.some((beginning) => path.startsWith(beginning)) ? type : undefined;
  }

  async function holdsKept(folder: string): Promise<boolean> {
    if (beginnings.some((beginning) => `${folder}/`.startsWith(beginning))) return true;
    if (!beginnings.some((beginning) => beginning.startsWith(`${folder}/`))) return false;
    const known = holds.get(folder) ?? anyKept(folder);
    holds.set(folder, known);
    return await known;
  }

  async function anyKept(folder: string): Promise<boolean> {
    for (const { name } of await tree.list(folder)) if ((await typeOf(joinPath(folder, name))) !== undefined) return true;
    return false;
  }

  const kept = partialTree(tree, typeOf, "spec.sparseCheckout of the source leaves it out");
  for (const path of sparse) {
    if ((await kept.typeOf(clampedPath(path))) !== undefined) continue;
    throw new GitOpsError("PATH_NOT_FOUND", `the folder ${path} of spec.sparseCheckout is not in the repository`, {
      hint: "write its path from the top, without a leading slash",
      data: { path },
    });
  }
  return kept;
}
