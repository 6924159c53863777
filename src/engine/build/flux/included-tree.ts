import type { FileTree, TreeEntry } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";
import { byBytes } from "../kustomize/resources/byte-order.ts";
import { clampedPath, joinPath } from "./partial-tree.ts";

/** Files of another source, which are laid into this one's. */
export interface IncludedTree {
  /** The other source's artifact: what its own rules left. */
  readonly tree: FileTree;
  /** A file or folder of it; "" is all of it. */
  readonly fromPath: string;
  /** Where it goes; nothing may be there, but a file may take the place of a file. */
  readonly toPath: string;
}

/**
 * A tree with the files of others in it, laid in one after the other (source-controller's `reconcileInclude`, which moves them there).
 *
 * @throws PATH_NOT_FOUND where `fromPath` is not there, BUILD_FAILED where `toPath` is taken.
 */
export async function includedTree(tree: FileTree, includes: readonly IncludedTree[]): Promise<FileTree> {
  let laid = tree;
  for (const include of includes) laid = await withInclude(laid, include);
  return laid;
}

async function withInclude(below: FileTree, include: IncludedTree): Promise<FileTree> {
  const from = clampedPath(include.fromPath);
  const to = clampedPath(include.toPath);
  await checkPlace(below, include, from, to);
  /** The path inside the included tree; undefined for one that is not there. */
  const inside = (path: string): string | undefined => {
    if (path === to) return from;
    return path.startsWith(`${to}/`) ? joinPath(from, path.slice(to.length + 1)) : undefined;
  };
  const isAbove = (path: string): boolean => path === "" || to.startsWith(`${path}/`);

  async function typeOf(path: string): Promise<"file" | "directory" | undefined> {
    const at = inside(path);
    if (at !== undefined) return await include.tree.typeOf(at);
    return isAbove(path) ? "directory" : await below.typeOf(path);
  }

  return {
    typeOf,
    async list(path) {
      const at = inside(path);
      if (at !== undefined) return await include.tree.list(at);
      if (!isAbove(path)) return await below.list(path);
      const name = (path === "" ? to : to.slice(path.length + 1)).split("/", 1)[0] ?? "";
      const type = (await typeOf(joinPath(path, name))) ?? "directory";
      const others = (await below.typeOf(path)) === "directory" ? await below.list(path) : [];
      const entries: TreeEntry[] = [...others.filter((entry) => entry.name !== name), { name, type }];
      return entries.sort((left, right) => byBytes(left.name, right.name));
    },
    async read(path) {
      const at = inside(path);
      return await (at === undefined ? below.read(path) : include.tree.read(at));
    },
    async resolve(path) {
      const at = inside(path);
      if (at === undefined) return isAbove(path) && (await below.typeOf(path)) === undefined ? path : await below.resolve(path);
      // An artifact holds no links.
      await include.tree.resolve(at);
      return path;
    },
  };
}

async function checkPlace(below: FileTree, include: IncludedTree, from: string, to: string): Promise<void> {
  const type = await include.tree.typeOf(from);
  if (type === undefined)
    throw new GitOpsError("PATH_NOT_FOUND", `the included source has no ${include.fromPath}`, {
      hint: "correct fromPath of spec.include",
      data: { path: include.fromPath },
    });
  const segments = to.split("/");
  for (let count = 1; count < segments.length; count++) {
    const folder = segments.slice(0, count).join("/");
    if ((await below.typeOf(folder)) === "file") throw taken(include, `${folder} is a file`);
  }
  const there = await below.typeOf(to);
  if (there === "directory") throw taken(include, "a folder is there already");
  if (there === "file" && type === "directory") throw taken(include, "a file is there already");
}

function taken({ toPath }: IncludedTree, why: string): GitOpsError {
  return new GitOpsError("BUILD_FAILED", `the included source cannot be put at ${toPath}: ${why}`, {
    hint: "choose another toPath in spec.include",
    data: { path: toPath },
  });
}
