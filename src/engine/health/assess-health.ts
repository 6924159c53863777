import type { Health } from "../model/health.ts";
import { stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { versionOf } from "../model/resource-id.ts";
import { assessDeletion } from "./deletion.ts";
import { assessGeneric } from "./generic.ts";
import type { HealthOptions } from "./generic.ts";
import { groupKindOf } from "./kind.ts";
import { KIND_RULES } from "./rules/table.ts";
import { unknown } from "./verdict.ts";

/** The verdict on an object that the server does not have. */
export const MISSING: Health = { status: "Missing", reason: "Missing", message: "the object does not exist" };

/**
 * Judges a live object: deletion first, then the rule of its kind, then the conventions of the API.
 * The six words and their meaning are Argo CD's; a kind without a health of its own, such as a ConfigMap, is Healthy.
 * Total: whatever a controller or a person wrote into the object, there is a verdict and no exception.
 *
 * @param object the whole object as the server sent it, with apiVersion and kind.
 * @param options what the object does not say itself; only needed for kinds without a rule.
 */
export function assessHealth(object: JsonObject, options: HealthOptions = {}): Health {
  const deletion = assessDeletion(object);
  if (deletion !== undefined) return deletion;
  const rule = KIND_RULES.get(groupKindOf(object));
  if (rule === undefined) return assessGeneric(object, options);
  const version = versionOf(stringAt(object, "apiVersion"));
  if (rule.versions.includes(version)) return rule.assess(object);
  return unknown("UnsupportedVersion", `${stringAt(object, "kind")} is judged in ${rule.versions.join(", ")}, not in ${version}`);
}
