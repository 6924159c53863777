import { NO_COUNTS, type Emit, type PreparedSync, type SyncCounts } from "../../engine/index.ts";
import type { Terminal } from "../terminal.ts";
import { escapeControls } from "./escape.ts";
import { syncCounts } from "./event-words.ts";
import { styleOf } from "./style.ts";

/** The one line that a run leaves on stdout. */
export function summaryLine(
  outcome: { readonly revision: string; readonly counts: SyncCounts; readonly failures: readonly unknown[]; readonly dryRun?: true },
  terminal: Pick<Terminal, "stdoutColor" | "unicode">,
): string {
  const { paint, glyphs } = styleOf(terminal.stdoutColor, terminal.unicode);
  const mark = outcome.failures.length > 0 ? paint.red(glyphs.failure) : paint.green(glyphs.done);
  const revision = outcome.revision === "" ? "" : `${escapeControls(outcome.revision)}: `;
  return `${mark} ${revision}${syncCounts(outcome.counts)}${outcome.dryRun === true ? " (dry run, nothing was changed)" : ""}\n`;
}

/** Tells what a plan would do as if it were done, marked as a dry run, and counts it. Nothing is written. */
export function dryRunEvents(prepared: PreparedSync, emit: Emit): SyncCounts {
  const counts = { ...NO_COUNTS };
  const words = { create: "created", configure: "configured", none: "unchanged", prune: "pruned", skip: "skipped" } as const;
  for (const { action, id } of prepared.changes) {
    const word = words[action];
    counts[word] += 1;
    emit({ type: "object.applied", id, action: word, dryRun: true });
  }
  return counts;
}
