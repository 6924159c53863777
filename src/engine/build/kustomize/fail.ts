import type { ErrorCode, GitOpsError } from "../../model/errors.ts";
import { fileFailure, type TextPlace } from "../../yaml/failure.ts";

/**
 * Where something is wrong: a field of a file, or the file. Line and column are looked up when the error is reported,
 * so that a build which succeeds does not pay for them.
 */
export interface Spot {
  readonly file: string;
  /** A line of the document, where the file has several. */
  readonly line?: number | undefined;
  /** JSON pointer (RFC 6901) inside the document. */
  readonly field?: string | undefined;
  /** A place inside the text that the field holds. */
  readonly inner?: TextPlace | undefined;
}

/** The error for a kustomization that cannot be built, placed in the file that asks for it. Never pass the text of a value. */
export function buildFailure(where: Spot | string, message: string, hint?: string): GitOpsError {
  return failureAt("BUILD_FAILED", where, message, hint);
}

/** As {@link buildFailure}, with another code. */
export function failureAt(code: ErrorCode, where: Spot | string, message: string, hint: string | undefined): GitOpsError {
  return fileFailure(code, { severity: "error", ...spotOf(where), message, ...(hint === undefined ? {} : { hint }) });
}

/** The error for something that policy forbids. */
export function forbidden(where: Spot | string, message: string, hint: string): GitOpsError {
  return failureAt("FEATURE_FORBIDDEN", where, message, hint);
}

/** The error for a path that leaves what it may reach. */
export function escapes(where: Spot | string, message: string, hint: string): GitOpsError {
  return failureAt("PATH_ESCAPES_REPOSITORY", where, message, hint);
}

/** A field below a spot, named as in messages: `targets[0].select`. */
export function below(spot: Spot, path: string): Spot {
  return { ...spot, field: (spot.field ?? "") + pointerOf(path) };
}

/** A path of messages (`patches[0].target`) as a JSON pointer. Its names are field names of kustomize: none has a dot. */
export function pointerOf(path: string): string {
  return path === ""
    ? ""
    : `/${path
        .replaceAll(/\[(\d+)\]/g, ".$1")
        .replace(/^\./, "")
        .replaceAll(".", "/")}`;
}

/** One step of a JSON pointer. */
export function pointerStep(step: string | number): string {
  return `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Only what is set: diagnostics are compared and printed. */
function spotOf(where: Spot | string): {
  readonly file: string;
  readonly line?: number;
  readonly field?: string;
  readonly inner?: TextPlace;
} {
  if (typeof where === "string") return { file: where };
  const { file, line, field, inner } = where;
  return {
    file,
    ...(line === undefined ? {} : { line }),
    ...(field === undefined ? {} : { field }),
    ...(inner === undefined ? {} : { inner }),
  };
}
