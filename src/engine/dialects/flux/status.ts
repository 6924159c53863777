import type { Health } from "../../model/health.ts";
import { arrayAt, objectAt, stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import { REQUESTED_AT, SUSPEND_REASON, SUSPEND_UNTIL } from "./requests.ts";

/** What the conditions and the marks of a Flux object say, whatever its kind. */
export interface FluxStatus {
  readonly isSuspended: boolean;
  readonly suspendReason: string;
  readonly suspendUntil: string;
  readonly isObserved: boolean;
  readonly ready: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly isReconciling: boolean;
  readonly isBlocked: boolean;
  readonly isStalled: boolean;
  readonly handledRequest: string;
  readonly pendingRequest: string;
  readonly changedAt: string;
}

/** Ready=False for these reasons is a wait for something else, not a failure of the object itself. */
const WAITING = new Set(["DependencyNotReady", "Progressing", "HealthCheckCanceled"]);

/**
 * Reads `status.conditions` by the rules that Flux's own `reconcile` waits by: a Ready condition counts for the generation that it
 * carries itself, and for `status.observedGeneration` where it carries none.
 */
export function readStatus(object: JsonObject): FluxStatus {
  const annotations = objectAt(object, "metadata", "annotations");
  const ready = condition(object, "Ready");
  const word = stringAt(ready, "status");
  const reconciling = condition(object, "Reconciling");
  return {
    isSuspended: valueAt(object, "spec", "suspend") === true,
    suspendReason: stringAt(annotations, SUSPEND_REASON),
    suspendUntil: stringAt(annotations, SUSPEND_UNTIL),
    isObserved: isObserved(object, ready),
    ready: word === "True" || word === "False" ? word : "Unknown",
    reason: stringAt(ready, "reason"),
    message: ready === undefined ? "waiting to be reconciled" : stringAt(ready, "message"),
    // With ProgressingWithRetry the attempt is over and failed; the controller only waits for the next one.
    isReconciling: stringAt(reconciling, "status") === "True" && stringAt(reconciling, "reason") !== "ProgressingWithRetry",
    isBlocked: word === "False" && stringAt(ready, "reason") === "DependencyNotReady",
    isStalled: stringAt(condition(object, "Stalled"), "status") === "True",
    handledRequest: stringAt(object, "status", "lastHandledReconcileAt"),
    pendingRequest: stringAt(annotations, REQUESTED_AT),
    changedAt: arrayAt(object, "status", "conditions").reduce<string>((latest, entry) => {
      const at = stringAt(entry, "lastTransitionTime");
      return at > latest ? at : latest;
    }, ""),
  };
}

/** The health of the object itself. */
export function healthOfStatus(object: JsonObject, status: FluxStatus): Health {
  const { reason, message } = status;
  if (stringAt(object, "metadata", "deletionTimestamp") !== "")
    return { status: "Progressing", reason: "Terminating", message: "it is being deleted" };
  if (status.isSuspended) return { status: "Suspended", reason: "Suspended", message: suspensionText(status) };
  if (status.isStalled) {
    const stalled = condition(object, "Stalled");
    return { status: "Degraded", reason: reason || stringAt(stalled, "reason"), message: message || stringAt(stalled, "message") };
  }
  if (!status.isObserved) return { status: "Progressing", reason, message: message || "the controller has not seen the spec yet" };
  if (status.ready === "True") return { status: "Healthy", reason, message };
  const failed = status.ready === "False" && !WAITING.has(reason);
  return { status: failed ? "Degraded" : "Progressing", reason, message };
}

function suspensionText({ suspendReason, suspendUntil }: FluxStatus): string {
  return [suspendReason, ...(suspendUntil === "" ? [] : [`until ${suspendUntil}`])].filter((text) => text !== "").join(", ");
}

function condition(object: JsonObject, type: string): JsonObject | undefined {
  for (const entry of arrayAt(object, "status", "conditions")) if (stringAt(entry, "type") === type) return { ...objectAt(entry) };
  return undefined;
}

function isObserved(object: JsonObject, ready: JsonObject | undefined): boolean {
  const own = numberAt(ready, "observedGeneration");
  const observed = own === 0 ? numberAt(objectAt(object, "status"), "observedGeneration") : own;
  return observed === numberAt(objectAt(object, "metadata"), "generation");
}

function numberAt(object: Readonly<JsonObject> | undefined, key: string): number {
  const found = valueAt(object, key);
  return typeof found === "number" ? found : 0;
}
