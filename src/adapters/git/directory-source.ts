import { lstat, realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Artifact } from "../../engine/model/artifact.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { Revision, Source } from "../../engine/model/source.ts";
import { directoryTree } from "./directory-tree.ts";
import { escapes, noSuchPath } from "./tree-path.ts";
import { findWorkTree, submodulePaths, type WorkTree } from "./work-tree.ts";

/** How a directory source is read. */
export interface DirectoryOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
  /** Whether anybody asks for the revision: it takes a digest of files, and git where there is a work tree. */
  readonly identify: boolean;
}

/** The revision of a folder that nobody asked about. */
const LOCAL = "local";

/**
 * The files of a folder. Its jail is the top of the enclosing Git work tree; outside Git there is none, and paths are absolute.
 * Throws PATH_NOT_FOUND where there is no such folder, PATH_ESCAPES_REPOSITORY where a link of a work tree leads to it from outside.
 */
export async function fetchDirectorySource(source: Extract<Source, { type: "directory" }>, options: DirectoryOptions): Promise<Artifact> {
  const folder = await realFolder(source.path);
  await refuseLinksOut(source.path);
  const workTree = await findWorkTree(folder);
  const top = workTree?.top ?? resolve("/");
  const submodules = workTree && (await submodulePaths(top));
  const tree = directoryTree({ top, submodules, maximumBytes: options.maximumBytes });
  const path = workTree === undefined ? folder.replace(/^\/$/, "") : relative(top, folder);
  // Refuses a folder inside a submodule.
  await tree.typeOf(path);
  const revision = options.identify ? await revisionOf(folder, workTree, path, options) : LOCAL;
  return { source: { type: "directory", path: source.path }, revision, tree, path };
}

/** Loaded when somebody asks: a build does not. */
async function revisionOf(folder: string, workTree: WorkTree | undefined, path: string, options: DirectoryOptions): Promise<Revision> {
  const { folderRevision } = await import("./folder-revision.ts");
  return folderRevision(folder, workTree, path, options);
}

async function realFolder(path: string): Promise<string> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ELOOP") throw new GitOpsError("BUILD_FAILED", `too many symbolic links at ${path}`, { cause: error });
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  });
  const found = real === undefined ? undefined : await lstat(real);
  if (real === undefined || !found?.isDirectory()) throw noSuchPath(path, found === undefined ? "folder" : "folder (it is a file)");
  return real;
}

/** A commit may put a link where a folder was that people name: what it leads to is no part of the repository. */
async function refuseLinksOut(path: string): Promise<void> {
  let folder = resolve(path.startsWith(sep) ? sep : ".");
  for (const part of path.split(sep)) {
    if (part === "" || part === ".") continue;
    const next = part === ".." ? dirname(folder) : join(folder, part);
    const real = await realpath(next);
    if (real !== next) {
      const top = (await findWorkTree(folder))?.top;
      if (top !== undefined && real !== top && !real.startsWith(`${top}${sep}`)) throw escapes(path, relative(top, next));
    }
    folder = real;
  }
}
