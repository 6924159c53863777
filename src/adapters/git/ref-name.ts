import { GitOpsError } from "../../engine/model/errors.ts";
import type { GitRef } from "../../engine/model/source.ts";
import { isShortCommitId } from "./commit-id.ts";
import { parseVersionRange, type VersionRange } from "./version-range.ts";

const MAX_LENGTH = 250;

/** Whether a name keeps the rules of git-check-ref-format(1), and is no option either. */
export function isRefName(name: string): boolean {
  if (name === "" || name === "@" || name.length > MAX_LENGTH || name.startsWith("-") || name.endsWith(".")) return false;
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/.test(name) || Buffer.from(name).toString() !== name) return false;
  return name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** A range of versions, as in Flux's `spec.ref.semver`. Throws USAGE for what is none. */
export function semverRange(range: string): VersionRange {
  const parsed = range.length > MAX_LENGTH ? undefined : parseVersionRange(range);
  if (parsed === undefined) throw new GitOpsError("USAGE", "the semver range is not valid", { hint: "such as '>=1.2.0 <2.0.0' or '1.x'" });
  return parsed;
}

/** Throws USAGE where a ref is none that Git could have. */
export function checkRef(ref: GitRef): void {
  switch (ref.type) {
    case "default":
      return;
    case "semver":
      semverRange(ref.range);
      return;
    case "commit":
      if (!isShortCommitId(ref.id)) throw new GitOpsError("USAGE", "the commit id is not 4 to 40 hexadecimal digits");
      if (ref.of !== undefined) checkName(withoutPeel(ref.of.name));
      return;
    case "named":
    case "branch":
    case "tag":
      checkName(ref.name);
      return;
    case "full":
      checkName(withoutPeel(ref.name));
  }
}

/** A ref without the suffix that asks for what an annotated tag leads to: that is what is fetched anyway. */
export function withoutPeel(name: string): string {
  return name.endsWith("^{}") ? name.slice(0, -"^{}".length) : name;
}

function checkName(name: string): void {
  if (!isRefName(name))
    throw new GitOpsError("USAGE", "the ref is not a valid branch, tag or commit name", { hint: "see git help check-ref-format" });
}

/** A ref in words, for messages. */
export function describeRef(ref: GitRef): string {
  switch (ref.type) {
    case "default":
      return "the default branch";
    case "semver":
      return `a tag in the range ${ref.range}`;
    case "commit":
      return `commit ${ref.id}`;
    case "named":
      return `branch, tag or commit ${ref.name}`;
    case "branch":
    case "tag":
      return `${ref.type} ${ref.name}`;
    case "full":
      return `the ref ${ref.name}`;
  }
}
