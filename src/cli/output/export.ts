import { printYaml, type JsonObject } from "../../engine/index.ts";
import { jsonText } from "./document.ts";

/** Kubernetes objects as a file holds them: YAML documents behind `---`, as flux prints them, or one List as JSON. */
export function renderExport(objects: readonly JsonObject[], output: "json" | "yaml" | undefined): string {
  if (output !== "json") return objects.map((object) => `---\n${printYaml(object)}`).join("");
  return `${jsonText({ apiVersion: "v1", kind: "List", items: objects }, 2)}\n`;
}
