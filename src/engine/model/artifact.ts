import type { Revision, Source } from "./source.ts";

/** One entry of a folder of a {@link FileTree}. A link that stays inside the tree is shown as what it leads to. */
export interface TreeEntry {
  readonly name: string;
  readonly type: "file" | "directory";
}

/**
 * Files at one revision. Immutable, so reading them is pure.
 * Paths are relative to the top of the tree, with forward slashes, normalised, without a leading or trailing slash; "" is the top.
 * Those of a local folder outside Git, which has no top but that of the file system, start with a slash, so that messages name files.
 * Every method follows links inside the tree and throws PATH_ESCAPES_REPOSITORY for one that leaves it.
 */
export interface FileTree {
  /** What stands at a path, or undefined. A submodule is UNSUPPORTED_CONTENT, never an empty folder. */
  typeOf(path: string): Promise<"file" | "directory" | undefined>;
  /** The entries of a folder, by name (code point order). Throws PATH_NOT_FOUND where there is no folder. */
  list(path: string): Promise<readonly TreeEntry[]>;
  /** The bytes of a file. Throws PATH_NOT_FOUND, LIMIT_EXCEEDED, UNSUPPORTED_CONTENT (an LFS pointer or a git-crypt blob). */
  read(path: string): Promise<Uint8Array>;
  /** The path with every link resolved. Throws PATH_NOT_FOUND. */
  resolve(path: string): Promise<string>;
}

/** What a source held at a revision. `path` is where the build starts inside `tree`. */
export interface Artifact {
  readonly source: Source;
  readonly revision: Revision;
  readonly tree: FileTree;
  readonly path: string;
}
