import type { Health } from "../../model/health.ts";
import type { JsonObject } from "../../model/json.ts";
import { conditionsOf, countAt, findCondition, integerAt, isUnobserved } from "../conditions.ts";
import { degraded, healthy, progressing } from "../verdict.ts";

/** ReplicaSet and ReplicationController: Argo CD's rule for the former holds for both. */
export function assessReplicaSet(object: JsonObject): Health {
  if (isUnobserved(object)) return progressing("GenerationNotObserved", "the controller has not seen the latest change yet");
  const failure = findCondition(conditionsOf(object), "ReplicaFailure");
  if (failure?.status === "True") return degraded(failure.reason || "ReplicaFailure", failure.message);
  const wanted = integerAt(object, "spec", "replicas") ?? 1;
  const available = countAt(object, "status", "availableReplicas");
  return available < wanted ? progressing("LessAvailable", `${available} of ${wanted} replicas are available`) : healthy();
}
