import type { Health } from "../../model/health.ts";
import { stringAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { degraded, healthy, progressing, unknown } from "../verdict.ts";

/** An Argo Workflow, whose word Running means that it is not done; it is a common hook. */
export function assessWorkflow(object: JsonObject): Health {
  const phase = stringAt(object, "status", "phase");
  const message = stringAt(object, "status", "message");
  switch (phase) {
    case "":
    case "Pending":
    case "Running":
      return progressing(phase || "Pending", message);
    case "Succeeded":
      return healthy(message);
    case "Failed":
    case "Error":
      return degraded(phase, message);
    default:
      return unknown("PhaseUnknown", message);
  }
}

/** An Argo CD Application has no health in the eyes of another that delivers it, so that an app of apps is not held up. */
export function assessApplication(): Health {
  return healthy();
}
