import { maskChange, type Change, type JsonObject, type PreparedSync } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { planCounts } from "./event-words.ts";
import { objectDiff } from "./object-diff.ts";
import { objectName } from "./object-name.ts";
import { planLines } from "./plan.ts";
import { styleOf } from "./style.ts";

/** How a difference is shown. */
export interface DiffFormat {
  readonly output: "json" | "yaml" | undefined;
  /** The order and the reasons, before the differences. */
  readonly plan: boolean;
}

/** A prepared sync as `diff` shows it. Status 1 where a sync would write anything, else 0. No secret value is in it. */
export async function renderDiff(
  prepared: PreparedSync,
  format: DiffFormat,
  terminal: Pick<Terminal, "stdoutColor" | "unicode">,
): Promise<Rendered> {
  const exitStatus = prepared.changes.some(({ action }) => action === "create" || action === "configure" || action === "prune") ? 1 : 0;
  if (format.output !== undefined) return { text: renderDocument(diffDocument(prepared), format.output), exitStatus };
  const style = styleOf(terminal.stdoutColor, terminal.unicode);
  const blocks = prepared.changes.map((change) => changeBlock(maskChange(change), terminal)).filter((block) => block !== "");
  const order = format.plan ? planLines(prepared, style) : [];
  const guards = prepared.plan.guards.map(
    (guard) =>
      `${style.paint.yellow(style.glyphs.warning)} a sync would stop: ${escapeControls(guard.message)} (${escapeControls(guard.hint)})`,
  );
  const count = (action: Change["action"]): number => prepared.changes.filter((change) => change.action === action).length;
  const counts = planCounts({
    create: count("create"),
    configure: count("configure"),
    prune: count("prune"),
    skip: count("skip"),
    unchanged: count("none"),
  });
  const summary = `${escapeControls(prepared.revision)}: ${exitStatus === 0 ? `no differences (${counts})` : counts}`;
  return { text: `${[...order, ...blocks, ...guards, summary].join("\n")}\n`, exitStatus };
}

/** The document of `diff -o json`: unchanged objects are left out, and no value of any field is in it. */
export function diffDocument({ revision, changes }: PreparedSync): JsonObject {
  return {
    apiVersion: DOCUMENT_VERSION,
    kind: "Diff",
    revision,
    changes: changes
      .filter((change) => change.action !== "none")
      .map((change) => ({
        action: change.action,
        group: change.id.group,
        kind: change.id.kind,
        namespace: change.id.namespace,
        name: change.id.name,
        reason: reasonOf(change),
        fields: change.action === "configure" ? [...change.fields] : [],
      })),
  };
}

function reasonOf(change: Change): string {
  switch (change.action) {
    case "create":
      return "it does not exist";
    case "configure":
      return change.fields.length > 0 ? "it differs" : "only the ownership of its fields differs";
    case "prune":
      return "the source no longer declares it";
    case "skip":
      return change.reason;
    case "none":
      return "";
  }
}

function changeBlock(change: Change, { stdoutColor, unicode }: Pick<Terminal, "stdoutColor" | "unicode">): string {
  const { paint, glyphs } = styleOf(stdoutColor, unicode);
  const head = (word: string, detail: string): string =>
    `${paint.bold(`${glyphs.step} ${objectName(change.id)} ${word}`)}${detail === "" ? "" : ` (${escapeControls(detail)})`}`;
  switch (change.action) {
    case "none":
      return "";
    case "skip":
      return head("skip", change.reason);
    case "create":
      return [head("create", ""), ...objectDiff(undefined, change.predicted ?? change.desired.object, paint)].join("\n");
    case "prune":
      return [head("prune", ""), ...objectDiff(change.live, undefined, paint)].join("\n");
    case "configure": {
      const takeovers = change.takeovers.map(
        ({ manager, field }) => `  ${paint.yellow(glyphs.warning)} takes ${escapeControls(field)} over from ${escapeControls(manager)}`,
      );
      const desired = change.predicted ?? change.desired.object;
      const live = change.predicted === undefined ? onlyDeclared(change.live, change.desired.object) : change.live;
      return [
        head("configure", change.fields.length === 0 ? reasonOf(change) : ""),
        ...takeovers,
        ...objectDiff(live, desired, paint),
      ].join("\n");
    }
  }
}

/** The live object cut down to the keys that the desired one declares: without a dry-run the rest would look removed. */
function onlyDeclared(live: JsonObject, desired: JsonObject): JsonObject {
  const declared = Object.entries(desired).filter(([key]) => Object.hasOwn(live, key));
  return Object.fromEntries(
    declared.map(([key, wanted]) => {
      const found = live[key] ?? null;
      return [key, isPlain(found) && isPlain(wanted) ? onlyDeclared(found, wanted) : found];
    }),
  );
}

function isPlain(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
