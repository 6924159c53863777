import { formatSource, type AnyStatus, type ObjectStatus } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import { ageOf } from "./age.ts";
import { isDocumentFormat, renderList, type DocumentFormat } from "./documents.ts";
import { escapeControls } from "./escape.ts";
import { documentOf } from "./delivery-document.ts";
import { objectMessage, sourceText } from "./object-status.ts";
import { shortRevision } from "./revision.ts";
import { renderRows } from "./table.ts";

/** How `get` shows a list. */
export interface ListFormat {
  readonly output: DocumentFormat | "wide" | "name" | undefined;
  readonly headers: boolean;
  /** Milliseconds since the Unix epoch, for AGE. */
  readonly now: number;
  readonly showNamespace: boolean;
  /** Off where there can be only one sort. */
  readonly showKind: boolean;
}

/**
 * Deliveries of any sort, one line each; where there are none, a note says so, as kubectl does.
 *
 * @param namespace undefined for all.
 */
export function renderDeliveries(all: readonly AnyStatus[], format: ListFormat, namespace: string | undefined): Rendered {
  const text = deliveriesText(all, format);
  if (text !== "") return { text, exitStatus: 0 };
  const note = namespace === undefined ? "no deliveries in any namespace" : `no deliveries in the namespace ${namespace}; -A looks in all`;
  return { text, note, exitStatus: 0 };
}

/** How a delivery is addressed: `set/shop`, `ks/shop`. */
function addressText(any: AnyStatus): string {
  if (any.type === "bare") return `set/${any.status.ref.name}`;
  const { kind, view } = any.status;
  return `${kind.words[0] ?? kind.plural}/${view.id.name}`;
}

/** The table of all deliveries. */
export function deliveriesTable(all: readonly AnyStatus[], format: ListFormat): string {
  const isWide = format.output === "wide";
  const header = [
    ...(format.showNamespace ? ["NAMESPACE"] : []),
    ...(format.showKind ? ["KIND"] : []),
    ...["NAME", "REVISION", "SYNC", "HEALTH", "AGE", "MESSAGE"],
    ...(isWide ? ["SOURCE"] : []),
  ];
  return renderRows(
    header,
    all.map((any) => deliveryRow(any, format, isWide)),
    format.headers,
  );
}

function deliveriesText(all: readonly AnyStatus[], format: ListFormat): string {
  const { output } = format;
  if (isDocumentFormat(output)) return renderList(all.map(documentOf), output, format.headers);
  if (output === "name") return all.map((any) => `${escapeControls(addressText(any))}\n`).join("");
  return all.length === 0 ? "" : deliveriesTable(all, format);
}

function deliveryRow(any: AnyStatus, { showNamespace, showKind, now }: ListFormat, isWide: boolean): readonly string[] {
  const shown = any.type === "bare" ? bareCells(any.status) : objectCells(any.status);
  return [
    ...(showNamespace ? [shown.namespace] : []),
    ...(showKind ? [shown.kind] : []),
    shown.name,
    isWide ? shown.revision : shortRevision(shown.revision),
    any.status.sync,
    any.status.health.status,
    ageOf(shown.createdAt, now),
    shown.message,
    ...(isWide ? [shown.source] : []),
  ];
}

interface Cells {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly revision: string;
  readonly createdAt: string;
  readonly message: string;
  readonly source: string;
}

function bareCells({ ref, revision, createdAt, health, source }: Extract<AnyStatus, { type: "bare" }>["status"]): Cells {
  return { ...ref, kind: "Set", revision, createdAt, message: health.message, source: formatSource(source) };
}

function objectCells(status: ObjectStatus): Cells {
  const { id, revision, createdAt } = status.view;
  return { ...id, revision, createdAt, message: objectMessage(status), source: sourceText(status.view) };
}
