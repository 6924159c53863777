import { GitOpsError, type ErrorCode } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { formatResourceId } from "../model/resource-id.ts";

/** An object with what the server said of it. */
export interface Refusal {
  readonly manifest: Manifest;
  readonly error: GitOpsError;
}

/** The refusal that decides the exit status comes first: policy and conflicts, then permissions, then invalid input. */
const DECIDING_ORDER: readonly ErrorCode[] = ["FIELD_CONFLICT", "FORBIDDEN", "IMMUTABLE_FIELD", "INVALID_MANIFEST", "UNKNOWN_KIND", "NAMESPACE_NOT_FOUND", "LIMIT_EXCEEDED"];

/** One error for all the objects that the server refuses before anything is written; each line names object, file and the server's words. */
export function refusedObjects(refusals: readonly Refusal[]): GitOpsError {
  const sorted = [...refusals].sort((a, b) => rank(a.error.code) - rank(b.error.code));
  const [first] = sorted;
  const lines = sorted.map(describe);
  const code = first?.error.code ?? "INVALID_MANIFEST";
  const message = lines.length === 1 ? lines.join("") : `the server refuses ${String(lines.length)} objects; nothing was written\n${lines.map((line) => `  ${line}`).join("\n")}`;
  return new GitOpsError(code, message, {
    ...(first?.error.hint === undefined ? {} : { hint: first.error.hint }),
    data: {
      ...first?.error.data,
      ...(first === undefined ? {} : { object: formatResourceId(first.manifest.id), path: first.manifest.origin.file, line: first.manifest.origin.line }),
      objects: sorted.map(({ manifest, error }) => ({ object: formatResourceId(manifest.id), code: error.code, path: manifest.origin.file, message: error.message })),
    },
    cause: first?.error,
  });
}

function describe({ manifest, error }: Refusal): string {
  const { file, line } = manifest.origin;
  return `${formatResourceId(manifest.id)} (${file}${line === undefined ? "" : `:${String(line)}`}): ${error.message}`;
}

function rank(code: ErrorCode): number {
  const index = DECIDING_ORDER.indexOf(code);
  return index < 0 ? DECIDING_ORDER.length : index;
}
