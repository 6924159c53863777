import type { Health } from "../../model/health.ts";
import { stringAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { healthy, progressing } from "../verdict.ts";

export function assessNamespace(object: JsonObject): Health {
  return stringAt(object, "status", "phase") === "Terminating" ? progressing("Terminating", "the namespace is being deleted") : healthy();
}
