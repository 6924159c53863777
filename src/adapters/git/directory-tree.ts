import { constants } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { join as joinPath, sep } from "node:path";
import type { FileTree } from "../../engine/model/artifact.ts";
import { tooLarge } from "./content-rules.ts";
import { join, linkedTree, type RawTree, type RawType } from "./linked-tree.ts";
import { noSuchPath } from "./tree-path.ts";

/** What a tree over a folder knows about it. */
export interface DirectoryTreeOptions {
  /** Absolute path of the top, free of links. */
  readonly top: string;
  /** The top is that of a Git work tree: then folders with a repository of their own are submodules, as are these. */
  readonly submodules: ReadonlySet<string> | undefined;
  readonly maximumBytes: number;
}

/** The files below a folder as they are now. Git's own files are not among them; devices, pipes and sockets neither. */
export function directoryTree({ top, submodules, maximumBytes }: DirectoryTreeOptions): FileTree {
  const absolutePath = (path: string) => joinPath(top, path);
  // Without a work tree nothing can be left, and paths are absolute. Inside one an absolute link is refused, as it is in a commit.
  const isWhole = top === sep;

  async function typeOf(path: string): Promise<RawType | undefined> {
    if (path === "") return "directory";
    if (path.slice(path.lastIndexOf("/") + 1) === ".git") return undefined;
    const found = await lstat(absolutePath(path)).catch(absent);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return "link";
    if (found.isFile()) return "file";
    if (!found.isDirectory()) return undefined;
    return (await isSubmodule(path)) ? "submodule" : "directory";
  }

  async function isSubmodule(path: string): Promise<boolean> {
    if (submodules === undefined) return false;
    return submodules.has(path) || (await lstat(joinPath(absolutePath(path), ".git")).catch(absent)) !== undefined;
  }

  const raw: RawTree = {
    top: isWhole ? "/" : "",
    typeOf,
    async entries(folder) {
      const names = await readdir(absolutePath(folder));
      const types = await Promise.all(names.map((name) => typeOf(join(folder, name))));
      return new Map(names.flatMap((name, index) => (types[index] === undefined ? [] : [[name, types[index]]])));
    },
    readLink: (path) => readlink(absolutePath(path)),
    readFile: (path) => readRegularFile(absolutePath(path), isWhole ? absolutePath(path) : path, maximumBytes),
  };
  return linkedTree(raw);
}

/** Reads what is still a file: one that was swapped for a link, a pipe or a device since it was looked at is refused. */
async function readRegularFile(absolutePath: string, path: string, maximumBytes: number): Promise<Uint8Array> {
  const file = await open(absolutePath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(absent);
  if (file === undefined) throw noSuchPath(path, "file");
  try {
    const found = await file.stat();
    if (!found.isFile()) throw noSuchPath(path, "file");
    if (found.size > maximumBytes) throw tooLarge(path, maximumBytes);
    const bytes = await file.readFile();
    if (bytes.length > maximumBytes) throw tooLarge(path, maximumBytes);
    return bytes;
  } finally {
    await file.close();
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(error.code ?? "")) throw error;
}
