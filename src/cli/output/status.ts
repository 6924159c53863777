import { formatResourceId, type DeliveryStatus, type JsonObject, type ResourceStatus } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import { formatAge } from "./age.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { renderTable } from "./table.ts";

/** How `get` shows what it found. */
export interface StatusFormat {
  readonly output: "wide" | "name" | "json" | "yaml" | undefined;
  readonly headers: boolean;
  /** Milliseconds since the Unix epoch, for AGE. */
  readonly now: number;
}

/** One delivery and its objects. The status is 0 whatever the health. */
export function renderDelivery(status: DeliveryStatus, format: StatusFormat): Rendered {
  return { text: deliveryText(status, format), exitStatus: 0 };
}

/**
 * Many deliveries, one line each; where there are none, a note says so, as kubectl does.
 *
 * @param namespace undefined for all.
 */
export function renderDeliveries(all: readonly DeliveryStatus[], format: StatusFormat, namespace: string | undefined): Rendered {
  const text = deliveriesText(all, { ...format, showNamespace: namespace === undefined });
  if (text !== "") return { text, exitStatus: 0 };
  const note = namespace === undefined ? "no deliveries in any namespace" : `no deliveries in the namespace ${namespace}; -A looks in all`;
  return { text, note, exitStatus: 0 };
}

/** The document of `get NAME -o json`. */
export function deliveryDocument(status: DeliveryStatus): JsonObject {
  return {
    apiVersion: DOCUMENT_VERSION,
    kind: "Delivery",
    name: status.ref.name,
    namespace: status.ref.namespace,
    dialect: status.ref.dialect,
    revision: status.revision,
    sync: status.sync,
    health: status.health.status,
    resources: status.resources.map(({ id, version, sync, health }) => ({
      group: id.group,
      version,
      kind: id.kind,
      namespace: id.namespace,
      name: id.name,
      sync,
      health: health.status,
      reason: health.reason,
      message: health.message,
    })),
  };
}

/** The line of one object in the table of `get NAME`, without the header. */
function resourceRow({ id, version, sync, health, createdAt }: ResourceStatus, { output, now }: StatusFormat): string[] {
  const row = [id.kind, id.namespace, id.name, sync, health.status, age(createdAt, now)];
  return output === "wide"
    ? [...row, id.group === "" ? version : `${id.group}/${version}`, health.reason, health.message]
    : [...row, health.message];
}

/** The header of {@link resourceRow}. */
function resourceHeader({ output }: StatusFormat): string[] {
  const header = ["KIND", "NAMESPACE", "NAME", "SYNC", "HEALTH", "AGE"];
  return output === "wide" ? [...header, "VERSION", "REASON", "MESSAGE"] : [...header, "MESSAGE"];
}

function deliveryText(status: DeliveryStatus, format: StatusFormat): string {
  switch (format.output) {
    case "json":
    case "yaml":
      return renderDocument(deliveryDocument(status), format.output);
    case "name":
      return status.resources.map(({ id }) => `${escapeControls(formatResourceId(id))}\n`).join("");
    case "wide":
    case undefined: {
      const resources = table(
        resourceHeader(format),
        status.resources.map((resource) => resourceRow(resource, format)),
        format,
      );
      return `${deliveriesText([status], { ...format, showNamespace: true })}${status.resources.length === 0 ? "" : `\n${resources}`}`;
    }
  }
}

function deliveriesText(all: readonly DeliveryStatus[], format: StatusFormat & { readonly showNamespace: boolean }): string {
  switch (format.output) {
    case "json":
    case "yaml":
      return renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "List", items: all.map(deliveryDocument) }, format.output);
    case "name":
      return all.map(({ ref }) => `set/${escapeControls(ref.name)}\n`).join("");
    case "wide":
    case undefined: {
      const isWide = format.output === "wide";
      const header = [
        ...(format.showNamespace ? ["NAMESPACE"] : []),
        "NAME",
        "REVISION",
        "SYNC",
        "HEALTH",
        "AGE",
        "MESSAGE",
        ...(isWide ? ["SOURCE"] : []),
      ];
      const rows = all.map((status) => deliveryRow(status, format, isWide));
      return all.length === 0 ? "" : table(header, rows, format);
    }
  }
}

function deliveryRow(status: DeliveryStatus, format: StatusFormat & { readonly showNamespace: boolean }, isWide: boolean): string[] {
  const { ref, health, source } = status;
  const revision = isWide ? status.revision : shortRevision(status.revision);
  const row = [
    ...(format.showNamespace ? [ref.namespace] : []),
    ref.name,
    revision,
    status.sync,
    health.status,
    age(status.createdAt, format.now),
    health.message,
  ];
  if (!isWide) return row;
  return [
    ...row,
    source.type === "directory" || source.path === ""
      ? source.type === "directory"
        ? source.path
        : source.url
      : `${source.url}//${source.path}`,
  ];
}

/** `main@sha1:<40 hex>` with 8 digits of the hash, as Flux prints it. */
export function shortRevision(revision: string): string {
  return revision.replaceAll(/(sha\d+:[0-9a-f]{8})[0-9a-f]+/g, "$1");
}

function age(createdAt: string, now: number): string {
  const created = Date.parse(createdAt);
  return Number.isNaN(created) ? "" : formatAge(now - created);
}

function table(header: readonly string[], rows: readonly (readonly string[])[], { headers }: StatusFormat): string {
  const text = renderTable(header, rows);
  return headers ? text : text.slice(text.indexOf("\n") + 1);
}
