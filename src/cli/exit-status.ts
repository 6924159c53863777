import { ERROR_EXIT, GitOpsError } from "../engine/index.ts";
import { Interruption } from "./interruption.ts";
import { UsageError } from "./usage-error.ts";

/** A crash must never look like 1, which means "differences found" and is Node's own default. */
export const BUG_STATUS = 70;

/** Of several failures the first status of this list decides (contracts: refused by policy before a person's decision, and so on). */
const PRECEDENCE = [6, 5, 13, 14, 7, 9];

/** The status that one failure ends with. */
export function statusOf(failure: unknown): number {
  if (failure instanceof UsageError) return ERROR_EXIT.USAGE;
  if (failure instanceof Interruption) return failure.exitStatus;
  return failure instanceof GitOpsError ? ERROR_EXIT[failure.code] : BUG_STATUS;
}

/** The failure that decides how a run with several ends; undefined of none. A bug and an interruption come before everything. */
export function decidingFailure(failures: readonly unknown[]): unknown {
  const ranked = failures.map((failure) => ({ failure, rank: rankOf(statusOf(failure)) }));
  return ranked.reduce<{ failure: unknown; rank: number } | undefined>((best, next) => (best === undefined || next.rank < best.rank ? next : best), undefined)?.failure;
}

/** The status of a run: that of the signal that interrupted it where it did not end well, else of the deciding failure. */
export function exitStatusOf(failures: readonly unknown[], signal: AbortSignal): number {
  if (failures.length === 0) return 0;
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  return reason instanceof Interruption ? reason.exitStatus : statusOf(decidingFailure(failures));
}

function rankOf(status: number): number {
  if (status === BUG_STATUS || status >= 128) return -1;
  const place = PRECEDENCE.indexOf(status);
  return place < 0 ? PRECEDENCE.length : place;
}
