import type { JsonObject, JsonValue } from "../../engine/index.ts";
import { renderColumns } from "./custom-columns.ts";
import { DOCUMENT_VERSION, jsonText, renderDocument } from "./document.ts";
import { DOCUMENT_FORMS } from "./format-forms.ts";
import { renderTemplate } from "./jsonpath/evaluate.ts";
import { parseTemplate } from "./jsonpath/parse.ts";

/** A value of `-o` that shows documents, and no table of ours. */
export type DocumentFormat = "json" | "yaml" | `${(typeof DOCUMENT_FORMS)[number]}${string}`;

/** Whether a value of `-o` shows documents. */
export function isDocumentFormat(output: string | undefined): output is DocumentFormat {
  return output === "json" || output === "yaml" || DOCUMENT_FORMS.some((form) => output?.startsWith(form) === true);
}

/** Throws UsageError for an expression that cannot be read, before anything is connected to. */
export function checkFormat(output: string | undefined): void {
  if (isDocumentFormat(output)) renderOne({}, output, true);
}

/** One document. */
export function renderOne(document: JsonObject, format: DocumentFormat, headers: boolean): string {
  return render(document, [document], format, headers);
}

/** Many documents, as a List; of custom columns one line each. */
export function renderList(documents: readonly JsonObject[], format: DocumentFormat, headers: boolean): string {
  return render({ apiVersion: DOCUMENT_VERSION, kind: "List", items: [...documents] }, documents, format, headers);
}

/** One document of a watch: a line of JSON, YAML behind `---`, a line of columns. */
export function renderUpdate(document: JsonObject, format: DocumentFormat, isFirst: boolean, headers: boolean): string {
  if (format === "json") return `${jsonText(document)}\n`;
  if (format === "yaml") return `${isFirst ? "" : "---\n"}${renderOne(document, format, headers)}`;
  const text = renderOne(document, format, headers && isFirst);
  return text.endsWith("\n") ? text : `${text}\n`;
}

function render(document: JsonValue, each: readonly JsonValue[], format: DocumentFormat, headers: boolean): string {
  if (format === "json" || format === "yaml") return renderDocument(document, format);
  const argument = format.slice(format.indexOf("=") + 1);
  if (format.startsWith("custom-columns=")) return renderColumns(argument, each, headers);
  return renderTemplate(parseTemplate(argument), document);
}
