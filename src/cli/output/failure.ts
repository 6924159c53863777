import { ERROR_EXIT, GitOpsError, type Diagnostic } from "../../engine/index.ts";
import { BUG_EXIT_STATUS } from "../bug-status.ts";
import { statusOf } from "../exit-status.ts";
import { Interruption } from "../interruption.ts";
import { UsageError } from "../usage-error.ts";
import { jsonText } from "./document.ts";
import { escapeControls } from "./escape.ts";
import type { Style } from "./style.ts";

/** How failures are told. */
export interface FailureFormat {
  readonly output: "text" | "json";
  readonly verbose: boolean;
  readonly style: Style;
}

/** Statuses after which the same call may well succeed: not now, timed out, not reachable. */
const RETRYABLE = [4, 9, 14];

/** Everything that went wrong, for stderr: a line of what and a line of what to do each, or with JSON one object for the first, which decides. */
export function renderFailures(failures: readonly unknown[], exitStatus: number, format: FailureFormat): string {
  if (failures.length === 0) return "";
  if (format.output === "json") return `${jsonText(failureDocument(failures[0], exitStatus))}\n`;
  return failures.map((failure) => failureText(failure, format)).join("");
}

/** Problems in files, all of them, as compilers print them: `file:line:column: severity: message`. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ severity, file, line, column, message, hint }) => {
      const place = [file, line, column].filter((part) => part !== undefined).join(":");
      return `${escapeControls(`${place}: ${severity}: ${message}`)}\n${hint === undefined ? "" : `  hint: ${escapeControls(hint)}\n`}`;
    })
    .join("");
}

/** The error object of `-o json` (design: output). It carries what the error promises, never an offending value. */
function failureDocument(failure: unknown, exitStatus: number): object {
  const data = failure instanceof GitOpsError ? failure.data : {};
  const [first] = diagnosticsOf(failure);
  return {
    code: codeOf(failure),
    exitCode: exitStatus,
    retryable: typeof data["retryable"] === "boolean" ? data["retryable"] : RETRYABLE.includes(exitStatus),
    object: data["object"] ?? null,
    path: data["path"] ?? first?.file ?? null,
    line: data["line"] ?? first?.line ?? null,
    message: messageOf(failure),
    hint: hintOf(failure) ?? null,
  };
}

function failureText(failure: unknown, { verbose, style }: FailureFormat): string {
  const { paint } = style;
  const diagnostics = diagnosticsOf(failure);
  const object = failure instanceof GitOpsError && typeof failure.data["object"] === "string" ? failure.data["object"] : "";
  const message = messageOf(failure);
  const subject = object === "" || message.includes(object) ? "" : `${object}: `;
  const [only] = diagnostics;
  const alone = diagnostics.length === 1 && only !== undefined && message.includes(only.message) && message.includes(only.file);
  const hint = hintOf(failure);
  return [
    `${paint.red("error:")} ${escapeControls(subject + message)}\n`,
    alone ? "" : renderDiagnostics(diagnostics),
    hint === undefined ? "" : `${paint.bold("hint:")} ${escapeControls(hint)}\n`,
    verbose ? originText(failure) : "",
  ].join("");
}

function codeOf(failure: unknown): string {
  if (failure instanceof GitOpsError) return failure.code;
  if (failure instanceof UsageError) return "USAGE" satisfies keyof typeof ERROR_EXIT;
  return failure instanceof Interruption ? "INTERRUPTED" : "BUG";
}

function messageOf(failure: unknown): string {
  // The text of an unforeseen error may quote what it choked on, which may be a secret: only its kind is told.
  if (statusOf(failure) === BUG_EXIT_STATUS)
    return `this is a bug in gitops (${failure instanceof Error ? failure.constructor.name : typeof failure})`;
  return failure instanceof Error ? failure.message : "";
}

function hintOf(failure: unknown): string | undefined {
  if (failure instanceof GitOpsError || failure instanceof UsageError) return failure.hint;
  return failure instanceof Interruption ? undefined : "run it again with --verbose, and report what it prints";
}

function diagnosticsOf(failure: unknown): readonly Diagnostic[] {
  const found: unknown = failure instanceof GitOpsError ? failure.data["diagnostics"] : undefined;
  return Array.isArray(found) ? found.filter(isDiagnostic) : [];
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return typeof value === "object" && value !== null && "file" in value && "message" in value && "severity" in value;
}

/** Where an error came from, cause by cause: kinds, codes of the system and places in the code, but no texts, for the reason above. */
function originText(failure: unknown): string {
  const lines: string[] = [];
  for (let error = failure; error instanceof Error; error = error.cause) {
    const code: unknown = "code" in error ? error.code : undefined;
    lines.push(
      `${error === failure ? "" : "caused by "}${error.constructor.name}${typeof code === "string" ? ` ${code}` : ""}`,
      ...frames(error),
    );
  }
  return lines.map((line) => `${escapeControls(line)}\n`).join("");
}

function frames(error: Error): string[] {
  return (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
}
