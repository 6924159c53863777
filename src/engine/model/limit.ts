import { GitOpsError, type ErrorData } from "./errors.ts";

/** The flag that raises each limit of a build. */
const FLAGS = {
  fileBytes: "--max-file-size",
  totalBytes: "--max-build-size",
  documents: "--max-documents",
  depth: "--max-depth",
  nodes: "--max-nodes",
  nestedBases: "--max-bases",
  milliseconds: "--build-timeout",
} as const;

/** The error for a build that is beyond one of its limits; it says how to raise it. */
export function beyondLimit(limit: keyof typeof FLAGS, message: string, data: ErrorData = {}): GitOpsError {
  return new GitOpsError("LIMIT_EXCEEDED", message, { hint: limitHint(limit), data });
}

/** What to do about a limit. */
export function limitHint(limit: keyof typeof FLAGS): string {
  return `raise the limit with ${FLAGS[limit]} where this is meant to be so large`;
}
