import type { GitOpsError } from "../../model/errors.ts";
import { fileFailure } from "../../yaml/failure.ts";

/** The error for a kustomization that cannot be built, placed in the file that asks for it. Never pass the text of a value. */
export function buildFailure(file: string, message: string, hint?: string): GitOpsError {
  return fileFailure("BUILD_FAILED", { severity: "error", file, message, ...(hint === undefined ? {} : { hint }) });
}

/** The error for something that policy forbids. */
export function forbidden(file: string, message: string, hint: string): GitOpsError {
  return fileFailure("FEATURE_FORBIDDEN", { severity: "error", file, message, hint });
}

/** The error for a path that leaves what it may reach. */
export function escapes(file: string, message: string, hint: string): GitOpsError {
  return fileFailure("PATH_ESCAPES_REPOSITORY", { severity: "error", file, message, hint });
}
