import { arrayAt, isJsonObject, stringAt, valueAt } from "../model/json.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";

/** One entry of `status.conditions`, read leniently: what is missing or of another type is "". */
export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** The generation that this condition speaks of, where it says so. */
  readonly observedGeneration: number | undefined;
}

/** The conditions of an object, in its order. What is no list of objects with a type is left out. */
export function conditionsOf(object: JsonObject): readonly StatusCondition[] {
  return readConditions(arrayAt(object, "status", "conditions"));
}

/** Conditions out of a list that lies elsewhere, such as in an annotation. */
export function readConditions(list: readonly JsonValue[]): readonly StatusCondition[] {
  return list
    .filter(isJsonObject)
    .map(readCondition)
    .filter((condition) => condition.type !== "");
}

/** The first condition of a type, or undefined. */
export function findCondition(conditions: readonly StatusCondition[], type: string): StatusCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/**
 * A whole number at a path, or undefined. Digits in quotes count as a number: some controllers write
 * `observedGeneration` so, and refusing them would leave their objects in progress for ever.
 */
export function integerAt(object: JsonValue | undefined, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, ...path);
  const number = typeof value === "bigint" || (typeof value === "string" && /^-?\d{1,15}$/.test(value)) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

/** A count in the status; 0 where the controller left it out, as it does for zero. */
export function countAt(object: JsonObject, ...path: readonly string[]): number {
  return integerAt(object, ...path) ?? 0;
}

/** Whether the controller has not yet seen the latest spec. An object that does not say counts as seen. */
export function isStale(object: JsonObject): boolean {
  const generation = integerAt(object, "metadata", "generation");
  const observed = integerAt(object, "status", "observedGeneration");
  return generation !== undefined && observed !== undefined && observed < generation;
}

/** As {@link isStale}, for kinds whose controller always writes `observedGeneration`: without it nothing has been seen. */
export function isUnobserved(object: JsonObject): boolean {
  return countAt(object, "status", "observedGeneration") < countAt(object, "metadata", "generation");
}

function readCondition(entry: JsonObject): StatusCondition {
  const status = valueAt(entry, "status");
  return {
    type: stringAt(entry, "type"),
    // YAML written by hand says `status: true`; the API's word is "True".
    status: typeof status === "boolean" ? (status ? "True" : "False") : stringAt(entry, "status"),
    reason: stringAt(entry, "reason"),
    message: stringAt(entry, "message"),
    observedGeneration: integerAt(entry, "observedGeneration"),
  };
}
