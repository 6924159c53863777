import type { FileTree, TreeEntry } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";

/**
 * The part of a tree that a rule leaves. Nothing in it is a link.
 *
 * @param typeOf what stands at a path of this part; a folder only where something in it does.
 * @param hint of the error for a path that is no part of it
 */
export function partialTree(tree: FileTree, typeOf: FileTree["typeOf"], hint: string): FileTree {
  async function checkThere(path: string): Promise<void> {
    if ((await typeOf(path)) === undefined)
      throw new GitOpsError("PATH_NOT_FOUND", `no such path in the artifact: ${path}`, { hint, data: { path } });
  }
  /** A submodule is listed as the folder that it would be: only who goes into it meets the error. */
  async function isListed(path: string): Promise<boolean> {
    try {
      return (await typeOf(path)) !== undefined;
    } catch (error) {
      if (isUnsupported(error)) return true;
      throw error;
    }
  }
  return {
    typeOf,
    async list(path) {
      await checkThere(path);
      const listed: TreeEntry[] = [];
      for (const entry of await tree.list(path)) if (await isListed(joinPath(path, entry.name))) listed.push(entry);
      return listed;
    },
    async read(path) {
      await checkThere(path);
      return await tree.read(path);
    },
    async resolve(path) {
      await checkThere(path);
      return await tree.resolve(path);
    },
  };
}

/** Whether an error says that a folder is a submodule, of which nothing is here. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof GitOpsError && error.code === "UNSUPPORTED_CONTENT";
}

/** A path below a folder of a tree; "" is the top. */
export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** A path as source-controller reads it: relative to the top, which `..` cannot leave (filepath-securejoin). */
export function clampedPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}
