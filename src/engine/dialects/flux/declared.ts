import { GitOpsError, type ErrorCode } from "../../model/errors.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatResourceId, versionOf } from "../../model/resource-id.ts";
import { misfitsOf, type Shape } from "../shape.ts";

/**
 * Checks the spec of a declared object: fields that are not known are told, each with its path; one of another type is refused.
 * Throws INVALID_MANIFEST.
 */
export function checkSpec(manifest: Manifest, shape: Shape, warn: (message: string) => void): void {
  const misfits = misfitsOf(manifest.object["spec"], shape, "spec");
  for (const { path, expected, isUnknown } of misfits) {
    if (!isUnknown) throw refused(manifest, "INVALID_MANIFEST", `${path} is not ${expected}`, "the controller's CRD would refuse it too");
    const nearest = expected === "" ? "" : `; did you mean ${expected}?`;
    warn(`${placeOf(manifest)}: ${path} is no field of ${manifest.id.kind} ${versionOf(manifest.apiVersion)} and has no effect${nearest}`);
  }
}

/** A refusal of a declared object that names it and, where it is known, its file. */
export function refused(manifest: Manifest, code: ErrorCode, what: string, hint: string): GitOpsError {
  const { file, line } = manifest.origin;
  return new GitOpsError(code, `${placeOf(manifest)}: ${what}`, {
    hint,
    data: { object: formatResourceId(manifest.id), ...(file === "" ? {} : { path: file }), ...(line === undefined ? {} : { line }) },
  });
}

/** Where an object stands, and what it is called. */
function placeOf({ origin, id }: Manifest): string {
  const name = `${id.kind} ${id.namespace === "" ? "" : `${id.namespace}/`}${id.name}`;
  return origin.file === "" ? name : `${origin.file}${origin.line === undefined ? "" : `:${String(origin.line)}`}: ${name}`;
}
