import { isJsonObject, type JsonValue } from "../../../model/json.ts";
import { pointerStep } from "../fail.ts";

/** JSON pointers of what differs between two values, in document order. A list of another length differs as a whole. */
export function changedFields(before: JsonValue, after: JsonValue): readonly string[] {
  const found: string[] = [];
  collect(before, after, "", found);
  return found;
}

function collect(before: JsonValue | undefined, after: JsonValue | undefined, pointer: string, found: string[]): void {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of after.entries()) collect(before[index], item, pointer + pointerStep(index), found);
  } else if (isMap(before) && isMap(after)) {
    for (const key of Object.keys(before)) collect(before[key], ownValue(after, key), pointer + pointerStep(key), found);
    for (const key of Object.keys(after)) if (!Object.hasOwn(before, key)) found.push(pointer + pointerStep(key));
  } else {
    found.push(pointer);
  }
}

type JsonMap = { readonly [key: string]: JsonValue };

function isMap(value: JsonValue | undefined): value is JsonMap {
  return value !== undefined && isJsonObject(value);
}

function ownValue(map: JsonMap, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
