import type { Health } from "../../model/health.ts";
import { arrayAt, isJsonObject, objectAt, stringAt, valueAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { conditionsOf, findCondition } from "../conditions.ts";
import { podTrouble } from "../pod-trouble.ts";
import { degraded, healthy, progressing, unknown } from "../verdict.ts";

/**
 * Argo CD's verdicts; the message says what `podTrouble` finds.
 * Only a Pod that is always restarted is Degraded by a container that can't start: one that runs once is often a hook,
 * and failing the hook for an image that comes a moment later would let it run after the sync is over.
 */
export function assessPod(object: JsonObject): Health {
  const runsForEver = restartsAlways(object);
  const trouble = podTrouble(object);
  const reason = trouble?.reason ?? "";
  const message = trouble?.message ?? stringAt(object, "status", "message");
  if (runsForEver && containers(object).some(cannotStart)) return degraded(reason, message);
  switch (stringAt(object, "status", "phase")) {
    case "Pending":
      return progressing(reason || "Pending", message);
    case "Succeeded":
      return healthy(stringAt(object, "status", "message"));
    case "Failed":
      return degraded(reason || "Failed", stringAt(object, "status", "message") || message);
    case "Running":
      break;
    default:
      return unknown(reason || "PhaseUnknown", message);
  }
  if (!runsForEver) return progressing(reason || "Running", message);
  if (findCondition(conditionsOf(object), "Ready")?.status === "True") return healthy();
  if (containers(object).some((status) => isJsonObject(valueAt(status, "lastState", "terminated")))) {
    return degraded(reason || "Restarted", message);
  }
  return progressing(reason || "NotReady", message);
}

function restartsAlways(pod: JsonObject): boolean {
  const policy = stringAt(pod, "spec", "restartPolicy");
  if (policy === "" || policy === "Always") return true;
  const annotations = objectAt(pod, "metadata", "annotations");
  return (
    valueAt(annotations, "argocd.argoproj.io/ignore-restart-policy") === "true" &&
    valueAt(annotations, "argocd.argoproj.io/hook") === undefined
  );
}

function containers(pod: JsonObject): readonly JsonObject[] {
  return arrayAt(pod, "status", "containerStatuses").filter(isJsonObject);
}

function cannotStart(status: JsonObject): boolean {
  return /^Err|Error$|BackOff$/.test(stringAt(status, "state", "waiting", "reason"));
}
