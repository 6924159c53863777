import type { Health } from "../../model/health.ts";
import { stringAt, valueAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { countAt, integerAt, isUnobserved } from "../conditions.ts";
import { healthy, progressing } from "../verdict.ts";

/** The steps of `kubectl rollout status`. A StatefulSet reports no failure of its own, so it never is Degraded. */
export function assessStatefulSet(object: JsonObject): Health {
  if (isUnobserved(object) || countAt(object, "status", "observedGeneration") === 0) {
    return progressing("GenerationNotObserved", "the stateful set controller has not seen the latest change yet");
  }
  const wanted = integerAt(object, "spec", "replicas") ?? 1;
  const ready = countAt(object, "status", "readyReplicas");
  if (ready < wanted) return progressing("LessReady", `${ready} of ${wanted} replicas are ready`);
  const updated = countAt(object, "status", "updatedReplicas");
  const strategy = stringAt(object, "spec", "updateStrategy", "type");
  if (strategy === "OnDelete") return healthy(`${ready} replicas are ready; they are updated when they are deleted`);
  if (valueAt(object, "spec", "updateStrategy", "rollingUpdate") !== undefined) {
    const partition = integerAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
    const due = Math.max(0, wanted - partition);
    return updated < due ? progressing("PartitionRollout", `${updated} of ${due} replicas are updated`) : healthy();
  }
  const revision = stringAt(object, "status", "updateRevision");
  if (revision !== stringAt(object, "status", "currentRevision")) {
    return progressing("RollingOut", `${updated} of ${wanted} replicas are at revision ${revision}`);
  }
  return healthy();
}
