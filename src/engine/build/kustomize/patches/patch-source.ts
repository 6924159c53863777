import type { Diagnostic } from "../../../model/diagnostic.ts";
import { GitOpsError } from "../../../model/errors.ts";
import { fileFailure } from "../../../yaml/failure.ts";
import { placeOfField } from "../../../yaml/place-of-field.ts";
import type { Spot } from "../fail.ts";

/** Where a patch comes from: a file of its own, or the text of a field. */
export interface PatchSource {
  readonly spot: Spot;
  readonly text: string;
  /** What messages call it. */
  readonly label: string;
  /** Where the document starts in the text, which may have several. */
  readonly line?: number;
}

/** A field of a patch, for messages. */
export function placeInPatch({ spot, text, line }: PatchSource, pointer: string): Spot {
  if (spot.field === undefined) return { ...spot, field: pointer, line };
  return { ...spot, inner: placeOfField(text, { pointer, documentLine: line }) };
}

/** Runs a reader of a patch's text: what it finds wrong at a line of the text stands at another line of the file. */
export function readInPatch<T>({ spot }: PatchSource, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GitOpsError) || spot.field === undefined) throw error;
    const [problem] = Array.isArray(error.data["diagnostics"]) ? (error.data["diagnostics"] as readonly Diagnostic[]) : [];
    if (problem?.line === undefined) throw error;
    const { line, column = 1, ...rest } = problem;
    throw fileFailure(error.code, { ...rest, file: spot.file, field: spot.field, inner: { line, column } } as Diagnostic);
  }
}

/** The source of one document of a patch that was read. */
export function sourceOfDocument(source: PatchSource, { origin }: { readonly origin: { readonly line?: number } }): PatchSource {
  return origin.line === undefined ? source : { ...source, line: origin.line };
}
