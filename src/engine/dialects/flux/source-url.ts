import { objectAt, stringAt, type JsonObject } from "../../model/json.ts";

/** What a source points to, as a person would write it: the URL, and after a blank the ref or version. Never with credentials. */
export function sourceUrl(object: JsonObject): string {
  const spec = objectAt(object, "spec");
  switch (stringAt(object, "kind")) {
    case "GitRepository":
      return joined(stringAt(spec, "url"), gitRef(objectAt(spec, "ref")));
    case "OCIRepository":
      return joined(stringAt(spec, "url"), ociRef(objectAt(spec, "ref")));
    case "Bucket":
      return joined(`${stringAt(spec, "endpoint")}/${stringAt(spec, "bucketName")}`, stringAt(spec, "prefix"));
    case "HelmChart":
      return joined(stringAt(spec, "chart"), stringAt(spec, "version"));
    case "ExternalArtifact":
      return stringAt(spec, "sourceRef", "name") === ""
        ? ""
        : `${stringAt(spec, "sourceRef", "kind")}/${stringAt(spec, "sourceRef", "name")}`;
    default:
      return withoutCredentials(stringAt(spec, "url"));
  }
}

/** The later of Flux's ref fields wins: branch, semver, tag, name, commit. */
function gitRef(ref: Readonly<JsonObject>): string {
  const branch = stringAt(ref, "branch");
  const commit = stringAt(ref, "commit");
  if (commit !== "") return branch === "" ? commit : `${branch}@${commit}`;
  return stringAt(ref, "name") || stringAt(ref, "tag") || range(stringAt(ref, "semver")) || branch || "master";
}

function ociRef(ref: Readonly<JsonObject>): string {
  return stringAt(ref, "digest") || range(stringAt(ref, "semver")) || stringAt(ref, "tag") || "latest";
}

function range(text: string): string {
  return text === "" ? "" : `semver:${text}`;
}

function joined(url: string, ref: string): string {
  return ref === "" ? withoutCredentials(url) : `${withoutCredentials(url)} ${ref}`;
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, (whole, scheme: string) =>
    // The user of an ssh URL is part of the address and no secret; a password is.
    /^ssh:/i.test(scheme) ? whole.replace(/:[^:@/]*@$/, "@") : scheme,
  );
}
