import type { Artifact, FileTree } from "../../model/artifact.ts";

/**
 * An artifact whose paths begin at a folder. Those of a folder outside of Git begin at the file system's; apps are built from artifacts
 * that have a top of their own.
 */
export function withTop(artifact: Artifact): Artifact {
  const { tree, path } = artifact;
  if (!path.startsWith("/")) return artifact;
  const below = (inside: string): string => (inside === "" ? path : `${path}/${inside}`);
  const top: FileTree = {
    typeOf: (inside) => tree.typeOf(below(inside)),
    list: (inside) => tree.list(below(inside)),
    read: (inside) => tree.read(below(inside)),
    resolve: async (inside) => {
      const real = await tree.resolve(below(inside));
      return real === path ? "" : real.startsWith(`${path}/`) ? real.slice(path.length + 1) : inside;
    },
  };
  return { ...artifact, tree: top, path: "" };
}
