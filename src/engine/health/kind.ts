import { stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { groupOf } from "../model/resource-id.ts";

/** `apps/Deployment`, `/Pod`: what rules are looked up by. */
export function groupKindOf(object: JsonObject): string {
  return `${groupOf(stringAt(object, "apiVersion"))}/${stringAt(object, "kind")}`;
}
