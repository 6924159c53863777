import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, readlink, realpath } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Artifact } from "../../engine/model/artifact.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { Revision, Source } from "../../engine/model/source.ts";
import { directoryTree } from "./directory-tree.ts";
import { noSuchPath } from "./tree-path.ts";
import { checkedOut, differences, findWorkTree, submodulePaths, type CheckedOut, type WorkTree } from "./work-tree.ts";

/** How a directory source is read. */
export interface DirectoryOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}

const MAX_DIGEST_FILES = 100_000;
const MAX_DIGEST_BYTES = 1 << 30;

/**
 * The files of a folder. Its jail is the top of the enclosing Git work tree; outside Git there is none, and paths are absolute.
 * Throws PATH_NOT_FOUND where there is no such folder.
 */
export async function fetchDirectorySource(source: Extract<Source, { type: "directory" }>, options: DirectoryOptions): Promise<Artifact> {
  const folder = await realFolder(source.path);
  const workTree = await findWorkTree(folder);
  const top = workTree?.top ?? resolve("/");
  const submodules = workTree && (await submodulePaths(top));
  const tree = directoryTree({ top, submodules, maximumBytes: options.maximumBytes });
  const path = workTree === undefined ? folder.replace(/^\/$/, "") : relative(top, folder);
  // Refuses a folder inside a submodule.
  await tree.typeOf(path);
  const commit = workTree && (await checkedOut(workTree));
  const revision = workTree && commit ? await workTreeRevision(workTree, commit, path, options) : `sha256:${await digest(folder, [""])}`;
  return { source: { type: "directory", path: source.path }, revision, tree, path };
}

/**
 * The commit, and a digest of what differs from it. Tracked files count wherever they are, since a base may lie beside
 * the built folder; others only below it, ignored ones too, since a build reads them.
 */
async function workTreeRevision(
  workTree: WorkTree,
  { commit, branch }: CheckedOut,
  path: string,
  options: DirectoryOptions,
): Promise<Revision> {
  const clean = branch === undefined ? `sha1:${commit}` : `${branch}@sha1:${commit}`;
  const different = await differences(workTree, commit, options.environment, options.signal);
  const isBelow = (each: string) => path === "" || each.startsWith(`${path}/`) || `${path}/`.startsWith(each);
  // Where git cannot tell, all that is built counts as different.
  const dirty =
    different === undefined ? [path] : different.filter((each) => each.isTracked || isBelow(each.path)).map((each) => each.path);
  return dirty.length === 0 ? clean : `${clean}+dirty@sha256:${await digest(workTree.top, dirty)}`;
}

/** SHA-256 over the paths and contents of files and folders; links count by their text, what is missing by its absence. */
async function digest(top: string, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  const spent = { files: 0, bytes: 0 };
  for (const path of [...paths].sort()) await addPath(hash, top, path.replace(/\/$/, ""), spent);
  return hash.digest("hex");
}

async function addPath(hash: Hash, top: string, path: string, spent: { files: number; bytes: number }): Promise<void> {
  const absolutePath = join(top, path);
  const found = await lstat(absolutePath).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (++spent.files > MAX_DIGEST_FILES) throw tooMuch(top);
  if (found === undefined) hash.update(`missing ${path}\0`);
  else if (found.isSymbolicLink()) hash.update(`link ${path}\0${await readlink(absolutePath)}\0`);
  else if (found.isDirectory()) {
    const names = (await readdir(absolutePath)).filter((name) => name !== ".git");
    for (const name of names.sort()) await addPath(hash, top, path === "" ? name : `${path}/${name}`, spent);
  } else if (found.isFile()) {
    spent.bytes += found.size;
    if (spent.bytes > MAX_DIGEST_BYTES) throw tooMuch(top);
    hash.update(`file ${path}\0${await fileDigest(absolutePath)}\0`);
  }
}

async function fileDigest(absolutePath: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(absolutePath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } finally {
    await file.close();
  }
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

function tooMuch(top: string): GitOpsError {
  return new GitOpsError("LIMIT_EXCEEDED", `too many or too large files below ${top}`, {
    hint: `a source outside a clean Git work tree may have ${MAX_DIGEST_FILES} files and ${MAX_DIGEST_BYTES} bytes: name a smaller folder`,
  });
}
