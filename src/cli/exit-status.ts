import { ERROR_EXIT, GitOpsError } from "../engine/index.ts";
import { BUG_EXIT_STATUS } from "./bug-status.ts";
import { Interruption } from "./interruption.ts";
import { UsageError } from "./usage-error.ts";

/** The status that one failure ends with. */
export function statusOf(failure: unknown): number {
  if (failure instanceof UsageError) return ERROR_EXIT.USAGE;
  if (failure instanceof Interruption) return failure.exitStatus;
  return failure instanceof GitOpsError ? ERROR_EXIT[failure.code] : BUG_EXIT_STATUS;
}

/** The status of a run whose failures have the deciding one first: that of the signal where one interrupted it. */
export function exitStatusOf(failures: readonly unknown[], signal: AbortSignal): number {
  if (failures.length === 0) return 0;
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  return reason instanceof Interruption ? reason.exitStatus : statusOf(failures[0]);
}
