import type { JsonObject, JsonValue } from "../../../model/json.ts";

/** What a container holds a value under: a key of a map or an index of a list. */
export interface Slot {
  readonly container: JsonObject | JsonValue[];
  readonly key: string | number;
}

/** The text that a scalar has in YAML; "" for maps, lists and nothing. */
export function scalarText(value: JsonValue | undefined): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined || typeof value === "object") return "";
  return String(value);
}

/** A copy that shares nothing. Keeps every key, `__proto__` too. */
export function cloneValue<T extends JsonValue>(value: T): T;
export function cloneValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => cloneValue(item));
  if (typeof value !== "object" || value === null) return value;
  const copy: JsonObject = {};
  for (const key in value) {
    const item = value[key];
    if (item === undefined) continue;
    if (key === "__proto__")
      Object.defineProperty(copy, key, { value: cloneValue(item), writable: true, enumerable: true, configurable: true });
    else copy[key] = cloneValue(item);
  }
  return copy;
}
