import type { AppResult, AppsResult } from "../../engine/index.ts";
import { escapeControls } from "./escape.ts";
import { syncCounts } from "./event-words.ts";
import { eventLine } from "./event-json.ts";
import { shortRevision } from "./revision.ts";
import { renderTable } from "./table.ts";

/** One line for each app of a run, in the order in which they ended. */
export function appsTable(apps: readonly AppResult[]): string {
  if (apps.length === 0) return "";
  const header = ["KIND", "NAMESPACE", "NAME", "BY", "RESULT", "REVISION", "CHANGES"];
  return renderTable(header, apps.map(row));
}

function row({ id, by, outcome, revision, counts, message }: AppResult): string[] {
  const changes = outcome === "skipped" ? message : by === "controller" ? "" : syncCounts(counts);
  return [id.kind, id.namespace, id.name, by, outcome, shortRevision(revision), changes].map(escapeControls);
}

/** The last line of `-o json`: what all apps came to together, and how each ended. */
export function appsFinishedLine({ apps, counts }: AppsResult, exitCode: number, time: number): string {
  const { created, configured, unchanged, pruned, skipped, failed, writes } = counts;
  const revisions = [...new Set(apps.map(({ revision }) => revision).filter((revision) => revision !== ""))];
  const [only = ""] = revisions;
  const ended = apps.map((app) => ({
    ...app.id,
    by: app.by,
    outcome: app.outcome,
    revision: app.revision,
    message: app.failures[0]?.message ?? app.message,
  }));
  const totals = { created, configured, unchanged, pruned, skipped, failed, writes };
  return eventLine({ type: "sync.finished", revision: revisions.length === 1 ? only : "", exitCode, ...totals, apps: ended }, time);
}
