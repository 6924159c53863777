import type { Diagnostic } from "../model/diagnostic.ts";
import { GitOpsError, type ErrorCode } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { formatResourceId, resourceKey } from "../model/resource-id.ts";

/** An object with what the server said of it. */
export interface Refusal {
  readonly manifest: Manifest;
  readonly error: GitOpsError;
}

/** The refusal that decides the exit status comes first: conflicts, then permissions, then invalid input. */
const DECIDING_ORDER: readonly ErrorCode[] = [
  "FIELD_CONFLICT",
  "FORBIDDEN",
  "IMMUTABLE_FIELD",
  "INVALID_MANIFEST",
  "UNKNOWN_KIND",
  "NAMESPACE_NOT_FOUND",
  "LIMIT_EXCEEDED",
];

/** One error for all the objects that the server refuses before anything is written: a diagnostic each, with file, line and the server's words. */
export function refusedObjects(refusals: readonly Refusal[]): GitOpsError {
  const sorted = [...refusals].sort((a, b) => rank(a.error.code) - rank(b.error.code));
  const diagnostics = sorted.map(diagnose);
  const [first] = sorted;
  const [only, ...others] = diagnostics;
  const message =
    only !== undefined && others.length === 0
      ? `${only.message}; nothing was written`
      : `the server refuses ${String(sorted.length)} objects; nothing was written`;
  return new GitOpsError(first?.error.code ?? "INVALID_MANIFEST", message, {
    ...(first?.error.hint === undefined ? {} : { hint: first.error.hint }),
    data: { ...first?.error.data, ...(first === undefined ? {} : placeOf(first.manifest)), diagnostics },
    cause: first?.error,
  });
}

/**
 * Stops at objects of the build that may not be read: whether they exist, and whose they are, is not known, so they must not be made.
 * @param unknown by resourceKey, why each could not be read.
 * @throws one error for all of them; `data.diagnostics` lists them.
 */
export function refuseUnreadable(desired: readonly Manifest[], unknown: ReadonlyMap<string, GitOpsError>): void {
  const refusals = desired.flatMap((manifest): Refusal[] => {
    const error = unknown.get(resourceKey(manifest.id));
    return error === undefined ? [] : [{ manifest, error }];
  });
  if (refusals.length > 0) throw refusedObjects(refusals);
}

function placeOf({ id, origin }: Manifest): Readonly<Record<string, unknown>> {
  return { object: formatResourceId(id), path: origin.file, ...(origin.line === undefined ? {} : { line: origin.line }) };
}

function diagnose({ manifest, error }: Refusal): Diagnostic {
  const { file, line } = manifest.origin;
  const name = formatResourceId(manifest.id);
  const message = error.message.includes(name) ? error.message : `${name}: ${error.message}`;
  return { severity: "error", file, ...(line === undefined ? {} : { line }), message };
}

function rank(code: ErrorCode): number {
  const index = DECIDING_ORDER.indexOf(code);
  return index < 0 ? DECIDING_ORDER.length : index;
}
