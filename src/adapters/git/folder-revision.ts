import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { Revision } from "../../engine/model/source.ts";
import { differences } from "./work-tree-status.ts";
import { checkedOut, type CheckedOut, type WorkTree } from "./work-tree.ts";

/** What telling a revision takes. */
export interface RevisionOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const MAX_DIGEST_FILES = 100_000;
const MAX_DIGEST_BYTES = 1 << 30;

/**
 * What identifies the contents of a folder: the commit where it lies in a work tree, else a digest. Throws LIMIT_EXCEEDED.
 *
 * @param path the folder inside its work tree.
 */
export async function folderRevision(
  folder: string,
  workTree: WorkTree | undefined,
  path: string,
  options: RevisionOptions,
): Promise<Revision> {
  const commit = workTree && (await checkedOut(workTree));
  return workTree && commit ? await workTreeRevision(workTree, commit, path, options) : `sha256:${await digest(folder, [""])}`;
}

/**
 * The commit, and a digest of what differs from it. Tracked files count wherever they are, since a base may lie beside
 * the built folder; others only below it, ignored ones too, since a build reads them.
 */
async function workTreeRevision(
  workTree: WorkTree,
  { commit, branch }: CheckedOut,
  path: string,
  options: RevisionOptions,
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

function tooMuch(top: string): GitOpsError {
  return new GitOpsError("LIMIT_EXCEEDED", `too many or too large files below ${top}`, {
    hint: `a source outside a clean Git work tree may have ${MAX_DIGEST_FILES} files and ${MAX_DIGEST_BYTES} bytes: name a smaller folder`,
  });
}
