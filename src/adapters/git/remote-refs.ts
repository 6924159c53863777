import { maxSatisfying, parse, type SemVer } from "semver";
import type { GitRef } from "../../engine/model/source.ts";
import { isShortCommitId } from "./commit-id.ts";
import { semverRange } from "./ref-name.ts";

/** What a remote lists. */
export interface RemoteRefs {
  /** The branch that HEAD names, as a full ref name. */
  readonly head: string | undefined;
  /** Object ids by full ref name; `NAME^{}` is what an annotated tag leads to. */
  readonly ids: ReadonlyMap<string, string>;
}

/** A ref that a remote has, or a commit to look for. */
export type WantedRevision =
  | {
      readonly type: "ref";
      /** As it stands in the revision: `main`. */ readonly name: string;
      readonly fullName: string;
      readonly commit: string;
    }
  | { readonly type: "commit"; readonly id: string };

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
      return [ref.name, `${ref.name}^{}`];
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
      return pickFull(refs, ref.name);
    case "semver":
      return pickVersion(refs, semverRange(ref.range));
    case "commit":
      return { type: "commit", id: ref.id.toLowerCase() };
    case "named":
      return pickNamed(refs, ref.name);
  }
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

function pickFull(refs: RemoteRefs, name: string): WantedRevision | undefined {
  return pickName(refs, name, name.replace(/^refs\/(?:heads|tags)\//, ""));
}

function pickHead(refs: RemoteRefs): WantedRevision | undefined {
  const commit = refs.ids.get("HEAD");
  if (commit === undefined) return undefined;
  // A remote whose HEAD is detached, or too old to say what it names.
  if (refs.head === undefined) return { type: "ref", name: "HEAD", fullName: "HEAD", commit };
  return { type: "ref", name: refs.head.replace(/^refs\/heads\//, ""), fullName: refs.head, commit };
}

function pickName(refs: RemoteRefs, fullName: string, name: string): WantedRevision | undefined {
  const commit = refs.ids.get(`${fullName}^{}`) ?? refs.ids.get(fullName);
  return commit === undefined ? undefined : { type: "ref", name, fullName, commit };
}

function pickVersion(refs: RemoteRefs, range: string): WantedRevision | undefined {
  const names = [...refs.ids.keys()]
    .filter((name) => name.startsWith("refs/tags/") && !name.endsWith("^{}"))
    .map((name) => name.slice("refs/tags/".length));
  // By name first, so that of two tags for one version (`1.0.0`, `v1.0.0`) it is always the same one that wins.
  const versions = names.sort().flatMap((name) => {
    const version = parse(name);
    return version === null ? [] : [{ name, version }];
  });
  const best = maxSatisfying<SemVer>(
    versions.map(({ version }) => version),
    range,
  );
  const found = versions.find(({ version }) => version === best);
  return found && pickName(refs, tag(found.name), found.name);
}

function branch(name: string): string {
  return `refs/heads/${name}`;
}

function tag(name: string): string {
  return `refs/tags/${name}`;
}
