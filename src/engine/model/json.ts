/** JSON as Kubernetes sends it. Integers beyond 2^53 are `bigint`, so that none is ever rounded. */
export type JsonValue = string | number | bigint | boolean | null | JsonObject | JsonValue[];

/** A JSON object. Keys come from outside: write them with {@link setKey}, test them with `Object.hasOwn`. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Whether a value is a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Sets a key that came from outside. A plain assignment of `__proto__` would be lost or change the prototype, and one of `toString`
 * or `constructor` throws where the prototype is frozen, as it is in the command line.
 */
export function setKey(object: JsonObject, key: string, value: JsonValue): void {
  if (key in Object.prototype) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** The value at a path of keys, or undefined where any part is missing or no object. Never reads inherited keys. */
export function valueAt(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** The string at a path of keys; "" where there is none. */
export function stringAt(value: JsonValue | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number at a path of keys; undefined where there is none. */
export function numberAt(value: JsonValue | undefined, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The object at a path of keys; an empty one where there is none. Not for writing into. */
export function objectAt(value: JsonValue | undefined, ...path: readonly string[]): Readonly<JsonObject> {
  const found = valueAt(value, ...path);
  return isJsonObject(found) ? found : {};
}

/** The array at a path of keys; an empty one where there is none. Not for writing into. */
export function arrayAt(value: JsonValue | undefined, ...path: readonly string[]): readonly JsonValue[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}
