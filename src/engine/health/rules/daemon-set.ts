import type { Health } from "../../model/health.ts";
import { stringAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { countAt, isUnobserved } from "../conditions.ts";
import { healthy, progressing } from "../verdict.ts";

/** The steps of `kubectl rollout status`. A DaemonSet reports no failure of its own, so it never is Degraded. */
export function assessDaemonSet(object: JsonObject): Health {
  if (isUnobserved(object)) return progressing("GenerationNotObserved", "the daemon set controller has not seen the latest change yet");
  const wanted = countAt(object, "status", "desiredNumberScheduled");
  const updated = countAt(object, "status", "updatedNumberScheduled");
  if (stringAt(object, "spec", "updateStrategy", "type") === "OnDelete") {
    return healthy(`${updated} of ${wanted} pods are updated; the others are when they are deleted`);
  }
  if (updated < wanted) return progressing("LessUpdated", `${updated} of ${wanted} pods are updated`);
  const available = countAt(object, "status", "numberAvailable");
  return available < wanted ? progressing("LessAvailable", `${available} of ${wanted} pods are available`) : healthy();
}
