import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type FileTree, GitOpsError } from "../../src/engine/index.ts";

/** A folder of this machine as a tree; links may not lead out of it. */
export function diskTree(top: string): FileTree {
  const guarded = async (path: string): Promise<string> => {
    const real = await realpath(join(top, path)).catch((cause: NodeJS.ErrnoException) => {
      throw new GitOpsError("PATH_NOT_FOUND", `no file or folder ${path}`, { cause });
    });
    const inside = relative(await realpath(top), real);
    if (inside.split(sep)[0] === "..") throw new GitOpsError("PATH_ESCAPES_REPOSITORY", `${path} leads out of the tree`);
    return real;
  };
  return {
    typeOf: async (path) => {
      const found = await guarded(path)
        .then(stat)
        .catch((error: unknown) => {
          if (error instanceof GitOpsError && error.code === "PATH_NOT_FOUND") return undefined;
          throw error;
        });
      return found === undefined ? undefined : found.isDirectory() ? "directory" : "file";
    },
    list: async (path) => {
      const entries = await readdir(await guarded(path), { withFileTypes: true });
      const named = await Promise.all(
        entries.map(async (entry) => ({
          name: entry.name,
          isDirectory: (await stat(join(top, path, entry.name)).catch(() => undefined))?.isDirectory() === true,
        })),
      );
      return named
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, isDirectory }) => ({ name, type: isDirectory ? ("directory" as const) : ("file" as const) }));
    },
    read: async (path) => new Uint8Array(await readFile(await guarded(path))),
    resolve: async (path) =>
      relative(await realpath(top), await guarded(path))
        .split(sep)
        .join("/"),
  };
}
