import type { JsonObject } from "../../model/json.ts";

/** Any new value asks the controller to reconcile; it answers in `status.lastHandledReconcileAt`. */
export const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";

/** The requests that Flux's controllers know; the last two are a HelmRelease's. */
export const REQUEST_ANNOTATIONS = [REQUESTED_AT, "reconcile.fluxcd.io/forceAt", "reconcile.fluxcd.io/resetAt"];

/** Flux has no words for these; other tools leave annotations that they do not know alone. */
export const SUSPEND_REASON = "gitops/suspend-reason";
export const SUSPEND_UNTIL = "gitops/suspend-until";

/** A merge patch that asks the controller of an object to reconcile it now, as `flux reconcile` does. */
export function requestPatch(token: string): JsonObject {
  return { metadata: { annotations: { [REQUESTED_AT]: token } } };
}

/**
 * A merge patch that suspends (`spec.suspend: true`) or resumes. What was noted at an earlier suspension goes with either.
 *
 * @param reason why; "" for nothing to note.
 * @param until ISO 8601 of when it may go on; "" for no such time.
 */
export function suspendPatch(suspend: boolean, reason: string, until: string): JsonObject {
  const noted = (text: string): string | null => (suspend && text !== "" ? text : null);
  return {
    metadata: { annotations: { [SUSPEND_REASON]: noted(reason), [SUSPEND_UNTIL]: noted(until) } },
    spec: { suspend },
  };
}
