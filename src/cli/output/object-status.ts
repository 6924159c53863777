import type { ObjectStatus, ObjectView } from "../../engine/index.ts";
import { ageOf } from "./age.ts";
import { escapeControls } from "./escape.ts";
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

/** How objects are shown in the columns of their own ecosystem. */
export interface KindsFormat {
  readonly output: string | undefined;
  readonly headers: boolean;
  readonly now: number;
  readonly showNamespace: boolean;
  /** Names as `kind/name`, and a table for each kind. */
  readonly showKind: boolean;
}

/** Objects in the columns that `flux get` has: one table, or one for each kind set apart by empty lines. */
export function renderKinds(all: readonly ObjectStatus[], format: KindsFormat): string {
  if (format.output === "name")
    return all.map(({ view, kind }) => `${escapeControls(`${kind.words[0] ?? kind.plural}/${view.id.name}`)}\n`).join("");
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  return kinds
    .map((kind) =>
      ownColumns(
        all.filter((status) => status.kind === kind),
        format,
      ),
    )
    .join("\n");
}

function ownColumns(all: readonly ObjectStatus[], format: KindsFormat): string {
  const isWide = format.output === "wide";
  const header = [
    ...(format.showNamespace ? ["NAMESPACE"] : []),
    ...["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"],
    ...(isWide ? ["AGE", "SOURCE"] : []),
  ];
  const rows = all.map(({ view, kind, health }) => [
    ...(format.showNamespace ? [view.id.namespace] : []),
    format.showKind ? `${kind.kind.toLowerCase()}/${view.id.name}` : view.id.name,
    isWide ? view.revision : shortRevision(view.revision),
    view.isSuspended ? "True" : "False",
    view.ready,
    health.reason === "Deleted" ? health.message : view.message,
    ...(isWide ? [ageOf(view.createdAt, format.now), sourceText(view)] : []),
  ]);
  return renderRows(header, rows, format.headers);
}
