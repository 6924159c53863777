import { compare, type SemVer } from "semver";
import type { GitRef } from "../../engine/model/source.ts";
import { isShortCommitId } from "./commit-id.ts";
import { semverRange, withoutPeel } from "./ref-name.ts";
import { parseVersion } from "./version-range.ts";

/** What a remote lists. */
export interface RemoteRefs {
  /** The branch that HEAD names, as a full ref name. */
  readonly head: string | undefined;
  /** Object ids by full ref name; `NAME^{}` is what an annotated tag leads to. */
  readonly ids: ReadonlyMap<string, string>;
}

/** A ref that a remote has. */
export interface WantedRef {
  readonly type: "ref";
  /** As it stands in the revision: `main`. */
  readonly name: string;
  readonly fullName: string;
  readonly commit: string;
}

/** A ref that a remote has, or a commit to look for. */
export type WantedRevision = WantedRef | { readonly type: "commit"; readonly id: string };

/** The patterns to list a remote with, so that a ref can be found in the answer. */
export function refPatterns(ref: GitRef): readonly string[] {
  switch (ref.type) {
    case "default":
      return ["HEAD"];
    case "branch":
      return [branch(ref.name)];
    case "tag":
      return [tag(ref.name), `${tag(ref.name)}^{}`];
    case "full":
      return [withoutPeel(ref.name), `${withoutPeel(ref.name)}^{}`];
    case "semver":
      return ["refs/tags/*"];
    case "named":
      if (ref.name === "HEAD") return ["HEAD"];
      if (ref.name.startsWith("refs/")) return [ref.name, `${ref.name}^{}`];
      return [branch(ref.name), tag(ref.name), `${tag(ref.name)}^{}`];
    case "commit":
      return [];
  }
}

/** Finds a ref among those of a remote; undefined where it has none such. A branch goes before a tag of the same name. */
export function pickRef(refs: RemoteRefs, ref: GitRef): WantedRevision | undefined {
  switch (ref.type) {
    case "default":
      return pickHead(refs);
    case "branch":
      return pickName(refs, branch(ref.name), ref.name);
    case "tag":
      return pickName(refs, tag(ref.name), ref.name);
    case "full":
      return pickName(refs, withoutPeel(ref.name), ref.name);
    case "semver":
      return pickVersions(refs, ref.range)[0];
    case "commit":
      return { type: "commit", id: ref.id.toLowerCase() };
    case "named":
      return pickNamed(refs, ref.name);
  }
}

/**
 * The tags of the highest version in a range, by name: more than one where they differ in what does not count (`1.0.0`, `v1.0.0`,
 * `1.0.0+build`). Throws USAGE for what is no range.
 */
export function pickVersions(refs: RemoteRefs, range: string): readonly WantedRef[] {
  const isIn = semverRange(range);
  let best: SemVer | undefined;
  let names: string[] = [];
  for (const fullName of [...refs.ids.keys()].sort()) {
    const name = fullName.startsWith("refs/tags/") ? fullName.slice("refs/tags/".length) : "";
    const version = parseVersion(name);
    if (version === undefined || !isIn(version)) continue;
    const order = best === undefined ? 1 : compare(version, best);
    if (order > 0) [best, names] = [version, []];
    if (order >= 0) names.push(name);
  }
  return names.flatMap((name) => pickName(refs, tag(name), name) ?? []);
}

/** Reads the text of `git ls-remote --symref`: `ID\tNAME` and `ref: TARGET\tNAME`. */
export function parseRemoteRefs(text: string): RemoteRefs {
  let head: string | undefined;
  const ids = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [value = "", name = ""] = line.split("\t", 2);
    if (value.startsWith("ref: ")) head = name === "HEAD" ? value.slice("ref: ".length) : head;
    else if (/^[0-9a-f]{40}$/.test(value)) ids.set(name, value);
  }
  return { head, ids };
}

function pickNamed(refs: RemoteRefs, name: string): WantedRevision | undefined {
  if (name === "HEAD") return pickHead(refs);
  if (name.startsWith("refs/")) return pickFull(refs, name);
  const found = pickName(refs, branch(name), name) ?? pickName(refs, tag(name), name);
  return found ?? (isShortCommitId(name) ? { type: "commit", id: name.toLowerCase() } : undefined);
}

function pickFull(refs: RemoteRefs, name: string): WantedRef | undefined {
  return pickName(refs, name, name.replace(/^refs\/(?:heads|tags)\//, ""));
}

function pickHead(refs: RemoteRefs): WantedRevision | undefined {
  const commit = refs.ids.get("HEAD");
  if (commit === undefined) return undefined;
  // A remote whose HEAD is detached, or too old to say what it names.
  if (refs.head === undefined) return { type: "ref", name: "HEAD", fullName: "HEAD", commit };
  return { type: "ref", name: refs.head.replace(/^refs\/heads\//, ""), fullName: refs.head, commit };
}

function pickName(refs: RemoteRefs, fullName: string, name: string): WantedRef | undefined {
  const commit = refs.ids.get(`${fullName}^{}`) ?? refs.ids.get(fullName);
  return commit === undefined ? undefined : { type: "ref", name, fullName, commit };
}

function branch(name: string): string {
  return `refs/heads/${name}`;
}

function tag(name: string): string {
  return `refs/tags/${name}`;
}
