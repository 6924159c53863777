import type { Diagnostic } from "../../model/diagnostic.ts";
import { GitOpsError } from "../../model/errors.ts";
import { decodeYamlText } from "../../yaml/decode.ts";
import { fileFailure, type TextPlace } from "../../yaml/failure.ts";
import { placeOfField } from "../../yaml/place-of-field.ts";

/** The bytes of a file that the build read; undefined for any other. */
export type ReadBytes = (file: string) => Uint8Array | undefined;

/** An error of the build with line and column, found by the field that it names. Any other error as it is. */
export function placedError(error: unknown, bytesOf: ReadBytes): unknown {
  if (!(error instanceof GitOpsError)) return error;
  const [only, another] = Array.isArray(error.data["diagnostics"]) ? (error.data["diagnostics"] as readonly Diagnostic[]) : [];
  if (only === undefined || another !== undefined) return error;
  const placed = placedDiagnostic(only, bytesOf);
  if (placed === only) return error;
  const { message, hint, data } = fileFailure(error.code, placed);
  return new GitOpsError(error.code, message, { ...(hint === undefined ? {} : { hint }), cause: error, data: { ...error.data, ...data } });
}

/** A diagnostic with line and column, where its file tells them. */
export function placedDiagnostic(diagnostic: Diagnostic & { readonly inner?: TextPlace }, bytesOf: ReadBytes): Diagnostic {
  const { inner, ...plain } = diagnostic;
  if (diagnostic.column !== undefined) return diagnostic;
  const bytes = bytesOf(diagnostic.file);
  const text = bytes === undefined ? undefined : textOf(bytes, diagnostic.file);
  if (text === undefined) return inner === undefined ? diagnostic : plain;
  const place = placeOfField(text, { pointer: diagnostic.field ?? "", documentLine: diagnostic.line, inner });
  return { ...plain, ...place };
}

function textOf(bytes: Uint8Array, file: string): string | undefined {
  try {
    return decodeYamlText(bytes, file);
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}
