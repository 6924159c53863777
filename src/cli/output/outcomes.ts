import { formatPlacedId, type ResourceId, type SuspendOutcome } from "../../engine/index.ts";
import type { Terminal } from "../terminal.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { shortRevision } from "./revision.ts";
import { styleOf } from "./style.ts";
import { renderTable } from "./table.ts";

/** What became of one object that something was asked of. */
export type ShownOutcome = Omit<SuspendOutcome, "result"> & { readonly result: string };

/** One line for one object, a table for many. */
export function outcomeText(outcomes: readonly ShownOutcome[], terminal: Pick<Terminal, "stdoutColor" | "unicode">): string {
  const [first] = outcomes;
  if (first === undefined) return "";
  if (outcomes.length > 1) {
    return renderTable(
      ["KIND", "NAMESPACE", "NAME", "RESULT", "REVISION", "TIME", "MESSAGE"],
      outcomes.map((outcome) => {
        const { id, result, view, elapsedMs } = outcome;
        const time = elapsedMs === 0 ? "" : seconds(elapsedMs);
        return [id.kind, id.namespace, id.name, result, shortRevision(view.revision), time, messageOf(outcome)];
      }),
    );
  }
  // The error is told on stderr.
  if (first.error !== undefined) return "";
  const { paint, glyphs } = styleOf(terminal.stdoutColor, terminal.unicode);
  const message = messageOf(first);
  const detail = message === "" ? "" : `: ${escapeControls(message)}`;
  return `${paint.green(glyphs.done)} ${escapeControls(formatPlacedId(first.id))} ${first.result}${detail}\n`;
}

/** The document of `-o json`. */
export function outcomeDocument(kind: string, outcomes: readonly ShownOutcome[]): string {
  const items = outcomes.map(({ id, result, view, token, elapsedMs, error }) => ({
    ...idFields(id),
    result,
    by: "controller",
    revision: view.revision,
    health: view.health.status,
    reason: view.reason,
    message: error?.message ?? view.message,
    suspended: view.isSuspended,
    suspendReason: view.suspendReason,
    suspendUntil: view.suspendUntil,
    request: token,
    seconds: Math.round(elapsedMs) / 1000,
    error: error?.code ?? "",
  }));
  return renderDocument({ apiVersion: DOCUMENT_VERSION, kind, items }, "json");
}

function messageOf({ result, view, error }: ShownOutcome): string {
  if (error !== undefined) return error.code === "UNHEALTHY" ? `${view.reason}: ${view.message}` : error.message;
  if (result === "ready") return view.message;
  if (!view.isSuspended) return "";
  const until = view.suspendUntil === "" ? "" : `until ${view.suspendUntil}`;
  return [view.suspendReason, until].filter((part) => part !== "").join(", ");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)}s`;
}

function idFields({ group, kind, namespace, name }: ResourceId) {
  return { group, kind, namespace, name };
}
