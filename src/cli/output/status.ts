import { formatResourceId, type AnyStatus, type ResourceStatus } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import { ageOf } from "./age.ts";
import { deliveriesTable } from "./deliveries.ts";
import { documentOf } from "./delivery-document.ts";
import { isDocumentFormat, renderOne, type DocumentFormat } from "./documents.ts";
import { escapeControls } from "./escape.ts";
import { renderRows } from "./table.ts";

/** How `get` shows what it found. */
export interface StatusFormat {
  readonly output: DocumentFormat | "wide" | "name" | undefined;
  readonly headers: boolean;
  /** Milliseconds since the Unix epoch, for AGE. */
  readonly now: number;
}

/** One delivery and its objects. The status is 0 whatever the health. */
export function renderDelivery(any: AnyStatus, format: StatusFormat): Rendered {
  return { text: deliveryText(any, format), exitStatus: 0 };
}

/** The line of one object in the table of `get NAME`, without the header. */
function resourceRow({ id, version, sync, health, createdAt }: ResourceStatus, { output, now }: StatusFormat): string[] {
  const row = [id.kind, id.namespace, id.name, sync, health.status, ageOf(createdAt, now)];
  return output === "wide"
    ? [...row, id.group === "" ? version : `${id.group}/${version}`, health.reason, health.message]
    : [...row, health.message];
}

/** The header of {@link resourceRow}. */
function resourceHeader({ output }: StatusFormat): string[] {
  const header = ["KIND", "NAMESPACE", "NAME", "SYNC", "HEALTH", "AGE"];
  return output === "wide" ? [...header, "VERSION", "REASON", "MESSAGE"] : [...header, "MESSAGE"];
}

function deliveryText(any: AnyStatus, format: StatusFormat): string {
  const { output } = format;
  const resources = any.status.resources ?? [];
  if (isDocumentFormat(output)) return renderOne(documentOf(any), output, format.headers);
  if (output === "name") return resources.map(({ id }) => `${escapeControls(formatResourceId(id))}\n`).join("");
  const header = deliveriesTable([any], { ...format, showNamespace: true, showKind: any.type === "object" });
  if (resources.length === 0) return header;
  const rows = resources.map((resource) => resourceRow(resource, format));
  return `${header}\n${renderRows(resourceHeader(format), rows, format.headers)}`;
}
