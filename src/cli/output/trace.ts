import { formatSource, type AnyStatus, type JsonObject, type ResourceId, type TraceLink } from "../../engine/index.ts";
import { documentOf } from "./delivery-document.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { objectMessage, sourceText } from "./object-status.ts";

type Line = readonly [string, string];

/** Width of the names in front of the values, as flux has it. */
const WIDTH = 17;

/** The way of an object back to its source: a block for each step, set apart by `---`. */
export function renderTrace(links: readonly TraceLink[], output: "json" | "yaml" | undefined): string {
  if (output !== undefined) {
    const items = links.map(linkDocument);
    return renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "Trace", items }, output);
  }
  return links.map((link) => linesOf(link).map(lineText).join("")).join("---\n");
}

function linkDocument(link: TraceLink): JsonObject {
  switch (link.type) {
    case "delivery":
    case "source":
      return { type: link.type, status: documentOf(link.status) };
    case "lost":
      return { type: link.type, object: { ...link.id }, message: link.why };
    case "object": {
      const { status, reason, message } = link.health;
      return { type: link.type, object: { ...link.id }, health: status, reason, message };
    }
  }
}

function linesOf(link: TraceLink): readonly Line[] {
  switch (link.type) {
    case "object":
      return [
        ["Object", placed(link.id)],
        ["Health", link.health.status],
        ["Message", link.health.message],
      ];
    case "lost":
      return [
        [link.id.kind, placed(link.id)],
        ["Missing", link.why],
      ];
    case "delivery":
    case "source":
      return statusLines(link.status);
  }
}

function statusLines(any: AnyStatus): readonly Line[] {
  const { sync, health } = any.status;
  const common: readonly Line[] = [
    ["Revision", any.type === "bare" ? any.status.revision : any.status.view.revision],
    ["Sync", sync],
    ["Health", health.status],
    ["Message", any.type === "bare" ? health.message : objectMessage(any.status)],
  ];
  if (any.type === "bare")
    return [["Set", `${any.status.ref.namespace}/${any.status.ref.name}`], ["Source", formatSource(any.status.source)], ...common];
  const { kind, view } = any.status;
  const where: Line = view.role === "app" ? ["Source", sourceText(view)] : ["URL", view.url];
  return [[kind.kind, `${view.id.namespace}/${view.id.name}`], where, ...common];
}

function lineText([name, value]: Line): string {
  return value === "" ? "" : `${`${name}:`.padEnd(WIDTH)}${escapeControls(value)}\n`;
}

function placed({ kind, namespace, name }: ResourceId): string {
  return [kind, ...(namespace === "" ? [] : [namespace]), name].join("/");
}
