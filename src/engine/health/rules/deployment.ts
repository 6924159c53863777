import type { Health } from "../../model/health.ts";
import { stringAt, valueAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { conditionsOf, countAt, findCondition, integerAt, isUnobserved } from "../conditions.ts";
import { degraded, healthy, progressing, suspended } from "../verdict.ts";

/** The steps of `kubectl rollout status`, with Argo CD's Suspended for a paused rollout. */
export function assessDeployment(object: JsonObject): Health {
  if (valueAt(object, "spec", "paused") === true) return suspended("Paused", "the rollout is paused");
  if (isUnobserved(object)) return progressing("GenerationNotObserved", "the deployment controller has not seen the latest change yet");
  const conditions = conditionsOf(object);
  const rollout = findCondition(conditions, "Progressing");
  if (rollout?.reason === "ProgressDeadlineExceeded") {
    const name = stringAt(object, "metadata", "name");
    return degraded(rollout.reason, rollout.message || `deployment ${name} exceeded its progress deadline`);
  }
  const missing = unfinishedRollout(object);
  if (missing === undefined) return healthy();
  // A Pod that the quota or admission refuses never exists, so this condition is the only place that says so.
  const failure = findCondition(conditions, "ReplicaFailure");
  if (failure?.status === "True") return progressing(failure.reason || "ReplicaFailure", `${missing}: ${failure.message}`);
  return progressing("RollingOut", missing);
}

function unfinishedRollout(object: JsonObject): string | undefined {
  const wanted = integerAt(object, "spec", "replicas") ?? 1;
  const all = countAt(object, "status", "replicas");
  const updated = countAt(object, "status", "updatedReplicas");
  const available = countAt(object, "status", "availableReplicas");
  if (updated < wanted) return `${updated} of ${wanted} replicas are updated`;
  if (all > updated) return `${all - updated} old replicas are still to end`;
  if (available < updated) return `${available} of ${updated} updated replicas are available`;
  return undefined;
}
