import type { Diagnostic } from "../model/diagnostic.ts";
import { GitOpsError, type ErrorCode } from "../model/errors.ts";

/** A text that is being read: where it lies, and which of the file's lines is its first. */
export interface YamlText {
  readonly file: string;
  readonly text: string;
  /** Counts from 1. */
  readonly firstLine: number;
  /** Offsets of lines that were made {@link DEEPENED_BY} columns deeper than the file has them. */
  readonly deepened?: ReadonlySet<number>;
}

/** How many spaces stand before a line that was made deeper. */
export const DEEPENED_BY = 64;

/** What is wrong at one place. Neither part may carry the text of a value: it may be a secret. */
export interface YamlProblem {
  readonly message: string;
  readonly hint?: string;
}

/**
 * The error for a problem in a file: one line `FILE:LINE:COLUMN: MESSAGE`, and the same as a diagnostic in `data.diagnostics`.
 *
 * @param offset in UTF-16 units, into `source.text`.
 */
export function yamlFailure(source: YamlText, offset: number, problem: YamlProblem, code: ErrorCode = "BUILD_FAILED"): GitOpsError {
  return fileFailure(code, { severity: "error", file: source.file, ...placeAt(source, offset), ...problem });
}

/** A place in a file; both count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where an offset of a text, in UTF-16 units, is in its file. */
export function placeAt(source: YamlText, offset: number): TextPlace {
  const before = source.text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  const deeper = source.deepened?.has(lineStart) === true ? DEEPENED_BY : 0;
  return { line: source.firstLine + lineBreaks(before), column: Math.max(1, offset - lineStart + 1 - deeper) };
}

/** The error for one diagnostic. */
export function fileFailure(code: ErrorCode, diagnostic: Diagnostic): GitOpsError {
  const { file, line, column, message, hint } = diagnostic;
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  return new GitOpsError(code, `${place}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { path: file, ...(line === undefined ? {} : { line }), diagnostics: [diagnostic] },
  });
}

/** How many line breaks a text has. */
export function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
