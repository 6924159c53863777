import { type ExplainedObject, type Explanation, formatResourceId, type JsonObject, type Touch } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { renderTable } from "./table.ts";

/** What touched an object or a field, as `build --why` shows it: the place to edit, then the steps in their order. */
export function renderExplanation(
  { objects, warnings }: Explanation,
  field: string | undefined,
  output: "json" | "yaml" | undefined,
): Rendered {
  if (output !== undefined) return { text: renderDocument(explanationDocument(objects, field), output), exitStatus: 0, warnings };
  return { text: objects.map((object) => explanationText(object, field)).join("\n"), exitStatus: 0, warnings };
}

function explanationText({ id, place, touches }: ExplainedObject, field: string | undefined): string {
  const where = id.namespace === "" ? "" : ` in namespace ${id.namespace}`;
  const subject = `${formatResourceId(id)}${where}${field === undefined ? "" : ` ${field}`}`;
  const rows = touches.map((touch) => [touch.by, placeText(touch), fieldsText(touch)]);
  return `${escapeControls(`${subject}: ${placeText(place)}`)}\n${renderTable(["by", "place", "fields"], rows)}`;
}

function placeText({ file, line, column }: ExplainedObject["place"]): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

function fieldsText({ fields }: Touch): string {
  return fields.map((field) => (field === "" ? "(all)" : field)).join(" ");
}

function explanationDocument(objects: readonly ExplainedObject[], field: string | undefined): JsonObject {
  return {
    apiVersion: DOCUMENT_VERSION,
    kind: "Explanation",
    ...(field === undefined ? {} : { field }),
    objects: objects.map(({ id, origin, place, touches }) => ({
      object: { ...id },
      origin: { ...origin },
      place: { ...place },
      touched: touches.map(({ by, file, line, fields }) => ({ by, file, ...(line === undefined ? {} : { line }), fields: [...fields] })),
    })),
  };
}
