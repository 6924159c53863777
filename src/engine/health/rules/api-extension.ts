import type { Health } from "../../model/health.ts";
import type { JsonObject } from "../../model/json.ts";
import { conditionsOf, findCondition } from "../conditions.ts";
import { degraded, healthy, progressing } from "../verdict.ts";

/** An aggregated API that is down may come back at any time, so it never is Degraded. */
export function assessApiService(object: JsonObject): Health {
  const available = findCondition(conditionsOf(object), "Available");
  if (available?.status === "True") return healthy(available.message, available.reason);
  return progressing(available?.reason || "Waiting", available?.message || "the API server has not looked at it yet");
}

/** A definition may be used once it is Established; a name that is taken never gets there by itself. */
export function assessCustomResourceDefinition(object: JsonObject): Health {
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return progressing("Waiting", "the API server has not looked at it yet");
  const terminating = findCondition(conditions, "Terminating");
  if (terminating?.status === "True")
    return progressing(terminating.reason || "Terminating", `its objects are being deleted: ${terminating.message}`);
  const names = findCondition(conditions, "NamesAccepted");
  if (names?.status === "False") return degraded(names.reason, `its names are not accepted: ${names.message}`);
  const established = findCondition(conditions, "Established");
  if (established?.reason === "InvalidCABundle") return degraded(established.reason, established.message);
  if (established?.status !== "True") {
    return progressing(established?.reason || "Installing", established?.message || "it is not established yet");
  }
  const schema = findCondition(conditions, "NonStructuralSchema");
  if (schema?.status === "True") return degraded(schema.reason || "NonStructuralSchema", schema.message);
  return healthy();
}
