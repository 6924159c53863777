import { printYaml, type JsonValue } from "../../engine/index.ts";

/** Version of every document of `-o json|yaml`: its names are kept once released. */
export const DOCUMENT_VERSION = "cli.gitops/v1";

/** A document on stdout. */
export function renderDocument(document: JsonValue, format: "json" | "yaml"): string {
  return format === "yaml" ? printYaml(document) : `${jsonText(document, 2)}\n`;
}

/** JSON in which no control character or text-direction mark stands as itself: a terminal that shows it cannot be steered by it. */
export function jsonText(value: unknown, indent?: number): string {
  const escaped = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, indent).replaceAll(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, escaped);
}
