/** Which commit of a repository is wanted. The remote's default branch where nothing is said. */
export type GitRef =
  | { readonly type: "default" }
  /** Whatever a person typed: a branch, else a tag, else a full or short commit id. */
  | { readonly type: "named"; readonly name: string }
  | { readonly type: "branch"; readonly name: string }
  | { readonly type: "tag"; readonly name: string }
  /** A ref by its full name, such as "refs/pull/420/head". */
  | { readonly type: "full"; readonly name: string }
  /** The highest tag in a semver range, such as ">=1.2.0 <2.0.0". */
  | { readonly type: "semver"; readonly range: string }
  | {
      readonly type: "commit";
      readonly id: string;
      /** The branch that must lead to it, or the full name of the ref that its revision shows. */
      readonly of?: { readonly type: "branch" | "full"; readonly name: string };
    };

/** Begins a ref that is a range of versions. No name of Git's may hold a colon, so nothing else can begin so. */
const SEMVER = "semver:";

/** The ref that a person typed: `semver:>=1.2 <2` for the highest tag in a range, else a branch, tag or commit. */
export function parseGitRef(text: string): GitRef {
  return text.startsWith(SEMVER) ? { type: "semver", range: text.slice(SEMVER.length).trim() } : { type: "named", name: text };
}

/** Where the desired state of a delivery lies. Never carries credentials. */
export type Source =
  | { readonly type: "git"; readonly url: string; readonly ref: GitRef; readonly path: string }
  /** A folder of this machine; `path` is absolute. */
  | { readonly type: "directory"; readonly path: string };

/** A revision: `main@sha1:<40 hex>`, for a folder also `main@sha1:<40 hex>+dirty@sha256:<64 hex>` or `sha256:<64 hex>` outside Git. */
export type Revision = string;
