import { GitOpsError } from "../../model/errors.ts";
import { NO_COUNTS, type SyncCounts } from "../../model/event.ts";
import { decidingFirst } from "../deciding-failure.ts";
import type { AppResult } from "./apps-request.ts";

/** How a run of several apps ended. */
export interface AppsResult {
  /** In the order in which the apps ended. */
  readonly apps: readonly AppResult[];
  readonly counts: SyncCounts;
  /** Of all apps, the deciding one first. */
  readonly failures: readonly GitOpsError[];
}

/** What apps came to together; one that was interrupted has failed, whatever its apps came to. */
export function resultOf(apps: readonly AppResult[], isInterrupted: boolean): AppsResult {
  const failures = apps.flatMap(({ failures: own }) => own.filter((error) => error instanceof GitOpsError));
  if (isInterrupted && !failures.some(({ code }) => code === "INTERRUPTED")) failures.push(interrupted());
  return { apps, counts: apps.map(({ counts }) => counts).reduce(sum, NO_COUNTS), failures: decidingFirst(failures) };
}

/** The one revision of all apps; "" where they differ. */
export function revisionOf(apps: readonly AppResult[]): string {
  const revisions = new Set(apps.map(({ revision }) => revision).filter((revision) => revision !== ""));
  const [only = ""] = revisions;
  return revisions.size === 1 ? only : "";
}

/** The failure of what a cancellation stopped. */
export function interrupted(): GitOpsError {
  return new GitOpsError("INTERRUPTED", "interrupted", { hint: "run the command again to go on" });
}

function sum(a: SyncCounts, b: SyncCounts): SyncCounts {
  return {
    created: a.created + b.created,
    configured: a.configured + b.configured,
    unchanged: a.unchanged + b.unchanged,
    pruned: a.pruned + b.pruned,
    skipped: a.skipped + b.skipped,
    failed: a.failed + b.failed,
    writes: a.writes + b.writes,
  };
}
