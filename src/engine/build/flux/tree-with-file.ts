import type { FileTree } from "../../model/artifact.ts";
import { folderOf } from "../kustomize/load/tree-path.ts";

/** A tree in which one file has other content, or is there although the tree has none. Its folder must be there, and be no link. */
export function treeWithFile(tree: FileTree, path: string, content: Uint8Array): FileTree {
  const folder = folderOf(path);
  const name = path.slice(folder === "" ? 0 : folder.length + 1);
  return {
    typeOf: async (asked) => (asked === path ? "file" : await tree.typeOf(asked)),
    async list(asked) {
      const entries = await tree.list(asked);
      if (asked !== folder || entries.some((entry) => entry.name === name)) return entries;
      return [...entries, { name, type: "file" as const }].sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    read: async (asked) => (asked === path ? content : await tree.read(asked)),
    resolve: async (asked) => (asked === path ? path : await tree.resolve(asked)),
  };
}
