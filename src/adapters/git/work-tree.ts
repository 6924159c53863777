import { lstat, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isCommitId } from "./commit-id.ts";

/** A Git work tree on this machine. */
export interface WorkTree {
  readonly top: string;
  /** HEAD and index are here. */
  readonly gitDirectory: string;
  /** Objects and refs are here; another folder in a linked work tree. */
  readonly commonDirectory: string;
}

/** What is checked out. `branch` is undefined for a detached HEAD. */
export interface CheckedOut {
  readonly commit: string;
  readonly branch: string | undefined;
}

/** Finds the work tree that a folder lies in, by looking upwards for `.git`. No git is run: nobody knows yet whose it is. */
export async function findWorkTree(folder: string): Promise<WorkTree | undefined> {
  for (let top = folder; ; top = dirname(top)) {
    const gitDirectory = await gitDirectoryOf(top);
    if (gitDirectory !== undefined) {
      const common = await readText(join(gitDirectory, "commondir"));
      return { top, gitDirectory, commonDirectory: common === undefined ? gitDirectory : resolve(gitDirectory, common.trim()) };
    }
    if (top === dirname(top)) return undefined;
  }
}

/** What HEAD names, read from Git's files; undefined before the first commit, and where refs are stored otherwise. */
export async function checkedOut({ gitDirectory, commonDirectory }: WorkTree): Promise<CheckedOut | undefined> {
  const head = (await readText(join(gitDirectory, "HEAD")))?.trim() ?? "";
  if (isCommitId(head)) return { commit: head, branch: undefined };
  const name = /^ref: (refs\/[^\0]+)$/.exec(head)?.[1];
  if (name === undefined || name.split("/").includes("..")) return undefined;
  const loose = ((await readText(join(gitDirectory, name))) ?? (await readText(join(commonDirectory, name))))?.trim();
  const commit = loose ?? (await packedRef(commonDirectory, name));
  return commit !== undefined && isCommitId(commit) ? { commit, branch: name.replace(/^refs\/heads\//, "") } : undefined;
}

/** Paths of the submodules that a work tree names, checked out or not. */
export async function submodulePaths(top: string): Promise<ReadonlySet<string>> {
  const text = (await readText(join(top, ".gitmodules"))) ?? "";
  return new Set([...text.matchAll(/^\s*path\s*=\s*"?(.+?)"?\s*$/gm)].map((match) => match[1] ?? ""));
}

async function gitDirectoryOf(top: string): Promise<string | undefined> {
  const path = join(top, ".git");
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isFile()) return (await readText(join(path, "HEAD"))) === undefined ? undefined : path;
  const target = /^gitdir: (.+)$/m.exec((await readText(path)) ?? "")?.[1];
  return target === undefined ? undefined : resolve(top, target);
}

async function packedRef(commonDirectory: string, name: string): Promise<string | undefined> {
  const text = (await readText(join(commonDirectory, "packed-refs"))) ?? "";
  const line = text.split("\n").find((each) => each.endsWith(` ${name}`));
  return line?.slice(0, line.indexOf(" "));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
