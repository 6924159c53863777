import type { ObjectStatus, ObjectView } from "../../engine/index.ts";
import { ageOf } from "./age.ts";
import { shortRevision } from "./revision.ts";
import { renderRows } from "./table.ts";

/** What is shown as the one message of an object: what its health says, else what the controller said last. */
export function objectMessage({ health, view }: Pick<ObjectStatus, "health" | "view">): string {
  return health.message || view.message;
}

/** Where an app's files come from, or what a source points to. */
export function sourceText({ source, path, url }: ObjectView): string {
  if (source === undefined) return url;
  const folder = path.replace(/^(\.?\/+)+/, "");
  return `${source.kind}/${source.namespace}/${source.name}${folder === "" || folder === "." ? "" : `//${folder}`}`;
}

/** What a table in Flux's own columns shows beside the objects. */
export interface OwnColumnsFormat {
  readonly isWide: boolean;
  readonly headers: boolean;
  readonly now: number;
  readonly showNamespace: boolean;
  /** Names as `kind/name`, where tables of several kinds follow each other. */
  readonly showKind: boolean;
}

/** Objects of one kind in the columns that `flux get` has. */
export function ownColumns(all: readonly ObjectStatus[], format: OwnColumnsFormat): string {
  const header = [
    ...(format.showNamespace ? ["NAMESPACE"] : []),
    ...["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"],
    ...(format.isWide ? ["AGE", "SOURCE"] : []),
  ];
  const rows = all.map(({ view, kind }) => [
    ...(format.showNamespace ? [view.id.namespace] : []),
    format.showKind ? `${kind.kind.toLowerCase()}/${view.id.name}` : view.id.name,
    format.isWide ? view.revision : shortRevision(view.revision),
    view.isSuspended ? "True" : "False",
    view.ready,
    view.message,
    ...(format.isWide ? [ageOf(view.createdAt, format.now), sourceText(view)] : []),
  ]);
  return renderRows(header, rows, format.headers);
}
