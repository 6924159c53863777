import type { Health } from "../model/health.ts";
import { isJsonObject, valueAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { conditionsOf, findCondition, integerAt } from "./conditions.ts";
import type { StatusCondition } from "./conditions.ts";
import { isTerminating } from "./deletion.ts";
import { groupKindOf } from "./kind.ts";
import { KSTATUS_RULES } from "./kstatus-rules.ts";
import type { Kstatus } from "./kstatus-word.ts";

/**
 * The same object in kstatus's words, decided by kstatus's own rules, which differ from Argo CD's: a Pod that failed is
 * Current, Ready=False never is Failed, an Ingress without an address is Current.
 * One difference: an object whose controller has still to write its first status is InProgress, not Current.
 *
 * @param health the verdict of `assessHealth` on the object; Missing becomes NotFound.
 */
export function toKstatus(health: Health, object: JsonObject): Kstatus {
  if (health.status === "Missing") return "NotFound";
  if (isTerminating(object)) return "Terminating";
  if (health.reason === "NoStatus" && health.status === "Progressing") return "InProgress";
  if (isUnreadable(object)) return "Unknown";
  const conditions = conditionsOf(object);
  return generationStatus(object) ?? standardStatus(conditions) ?? ruleStatus(object, conditions);
}

/** kstatus gives up where the fields that it needs are of another type. */
function isUnreadable(object: JsonObject): boolean {
  const status = valueAt(object, "status");
  if (status !== undefined && status !== null && !isJsonObject(status)) return true;
  const conditions = valueAt(object, "status", "conditions");
  const observed = valueAt(object, "status", "observedGeneration");
  return (
    (conditions !== undefined && conditions !== null && (!Array.isArray(conditions) || !conditions.every(isJsonObject))) ||
    (observed !== undefined && typeof observed !== "number" && typeof observed !== "bigint")
  );
}

function generationStatus(object: JsonObject): Kstatus | undefined {
  const generation = integerAt(object, "metadata", "generation");
  const observed = integerAt(object, "status", "observedGeneration");
  return generation !== undefined && observed !== undefined && generation !== observed ? "InProgress" : undefined;
}

function standardStatus(conditions: readonly StatusCondition[]): Kstatus | undefined {
  const first = conditions.find(({ type, status }) => (type === "Reconciling" || type === "Stalled") && status === "True");
  if (first === undefined) return undefined;
  return first.type === "Stalled" ? "Failed" : "InProgress";
}

function ruleStatus(object: JsonObject, conditions: readonly StatusCondition[]): Kstatus {
  const rule = KSTATUS_RULES.get(groupKindOf(object));
  if (rule !== undefined) return rule(object);
  const ready = findCondition(conditions, "Ready")?.status;
  return ready === "False" || ready === "Unknown" ? "InProgress" : "Current";
}
