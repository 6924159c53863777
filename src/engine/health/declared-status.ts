import { arrayAt, isJsonObject, objectAt, stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";

/**
 * Whether a CustomResourceDefinition's schema has `status.conditions` or `status.observedGeneration` in a version:
 * what `assessHealth` needs to know about an object of that kind that has no status yet.
 */
export function declaresStatus(definition: JsonObject, version: string): boolean {
  const found = arrayAt(definition, "spec", "versions")
    .filter(isJsonObject)
    .find((one) => stringAt(one, "name") === version);
  const status = objectAt(found, "schema", "openAPIV3Schema", "properties", "status", "properties");
  return Object.hasOwn(status, "conditions") || Object.hasOwn(status, "observedGeneration");
}
