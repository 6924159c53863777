import type { Health } from "../../model/health.ts";
import type { JsonObject } from "../../model/json.ts";
import { conditionsOf, isStale } from "../conditions.ts";
import { degraded, healthy, progressing } from "../verdict.ts";

/** InsufficientPods is a budget at work, so it counts as Healthy (argo-cd#20171). */
export function assessPodDisruptionBudget(object: JsonObject): Health {
  if (isStale(object)) return progressing("GenerationNotObserved", "the disruption controller has not seen the latest change yet");
  const conditions = conditionsOf(object);
  const failure = conditions.find(({ status, reason }) => status === "False" && reason !== "InsufficientPods");
  if (failure !== undefined) return degraded(failure.reason, failure.message);
  const last = conditions.at(-1);
  return last === undefined
    ? progressing("Waiting", "the disruption controller has not looked at it yet")
    : healthy(last.message, last.reason);
}
