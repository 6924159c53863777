import type { SourceObject } from "../../model/app.ts";
import { durationMs } from "../../model/duration.ts";
import { arrayAt, objectAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { GitRef } from "../../model/source.ts";
import { checkSpec, refused } from "./declared.ts";
import { GIT_REPOSITORY_SPEC } from "./fields.ts";

/** The branch where a GitRepository names no ref (source-controller's `GitMaster`). */
const DEFAULT_BRANCH = "master";
const DEFAULT_TIMEOUT_MS = 60_000;

/** Fields that need what this program does not have, each with what to do instead. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["verify", "signatures are checked by the source-controller only"],
  ["proxySecretRef", "set HTTPS_PROXY for this process"],
  ["serviceAccountName", "give the repository a secretRef"],
];

/**
 * The repository that a GitRepository declares.
 * Throws UNSUPPORTED_CONTENT for another kind of source and for what only the controller can do, INVALID_MANIFEST.
 */
export function gitRepositorySource(manifest: Manifest, warn: (message: string) => void): SourceObject {
  const { id } = manifest;
  if (id.kind !== "GitRepository")
    throw refused(
      manifest,
      "UNSUPPORTED_CONTENT",
      `files of a ${id.kind} are not fetched by this program`,
      "let the source-controller do it, or use a GitRepository",
    );
  checkSpec(manifest, GIT_REPOSITORY_SPEC, warn);
  const spec = objectAt(manifest.object, "spec");
  const url = stringAt(spec, "url");
  if (url === "") throw refused(manifest, "INVALID_MANIFEST", "spec.url is empty", "write the https or ssh URL of the repository");
  for (const [field, hint] of REFUSED) {
    if (spec[field] !== undefined && spec[field] !== null)
      throw refused(manifest, "UNSUPPORTED_CONTENT", `spec.${field} is not supported`, hint);
  }
  const provider = stringAt(spec, "provider");
  if (provider !== "" && provider !== "generic")
    throw refused(manifest, "UNSUPPORTED_CONTENT", `spec.provider ${provider} is not supported`, "use a token or a key in a secretRef");
  return {
    id,
    manifest,
    isSuspended: spec["suspend"] === true,
    url,
    ref: refOf(objectAt(spec, "ref")),
    ignore: stringAt(spec, "ignore"),
    includes: arrayAt(spec, "include").map((entry) => {
      const name = stringAt(entry, "repository", "name");
      return {
        source: { ...id, name },
        fromPath: stringAt(entry, "fromPath"),
        toPath: stringAt(entry, "toPath") || name,
      };
    }),
    recurseSubmodules: spec["recurseSubmodules"] === true,
    sparse: arrayAt(spec, "sparseCheckout").map(String),
    secret: stringAt(spec, "secretRef", "name"),
    timeoutMs: durationMs(stringAt(spec, "timeout")) ?? DEFAULT_TIMEOUT_MS,
  };
}

/** The later of the fields wins: branch, semver, tag, name, commit. (The API's comments have semver over tag; the controller has not.) */
function refOf(ref: Readonly<JsonObject>): GitRef {
  const [commit, name, semver, tag] = ["commit", "name", "semver", "tag"].map((field) => stringAt(ref, field));
  if (commit !== undefined && commit !== "") return { type: "commit", id: commit, ...shownBy(name ?? "", stringAt(ref, "branch")) };
  if (name !== undefined && name !== "") return { type: "full", name };
  if (tag !== undefined && tag !== "") return { type: "tag", name: tag };
  if (semver !== undefined && semver !== "") return { type: "semver", range: semver };
  return { type: "branch", name: stringAt(ref, "branch") || DEFAULT_BRANCH };
}

/** What the revision of a commit is shown by: the ref's name, else the branch, which must lead to it. */
function shownBy(name: string, branch: string): Pick<Extract<GitRef, { type: "commit" }>, "of"> {
  if (name !== "") return { of: { type: "full", name } };
  return branch === "" ? {} : { of: { type: "branch", name: branch } };
}
