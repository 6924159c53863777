import { isJsonObject, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import type { FieldSchema } from "./field-schema.ts";
import { canonicalItemName, itemName } from "./list-items.ts";
import { typeOfField } from "./equal-values.ts";
import type { FieldSet } from "./owned-fields.ts";

/** The members of a field set, each as the names from the top down (`f:spec`, `f:replicas`). A node that only leads to others is none. */
export function* membersOf(set: FieldSet, above: readonly string[] = []): Generator<readonly string[]> {
  for (const [name, children] of Object.entries(set)) {
    if (name === ".") {
      yield above;
      continue;
    }
    if (!isJsonObject(children)) continue;
    const path = [...above, canonicalItemName(name)];
    if (Object.keys(children).length === 0) yield path;
    else yield* membersOf(children, path);
  }
}

/** Whether a set has this member. */
export function hasMember(set: FieldSet, path: readonly string[]): boolean {
  let node: FieldSet = set;
  for (const name of path) {
    const found = Object.hasOwn(node, name) ? node[name] : undefined;
    if (!isJsonObject(found)) return false;
    node = found;
  }
  return Object.keys(node).length === 0 || Object.hasOwn(node, ".");
}

/** Whether a set has this member, or one below it. */
export function hasMemberAtOrBelow(set: FieldSet, path: readonly string[]): boolean {
  let node: FieldSet = set;
  for (const name of path) {
    const found = Object.hasOwn(node, name) ? node[name] : undefined;
    if (!isJsonObject(found)) return false;
    node = found;
  }
  return true;
}

/** Where a member lies in an object. */
export interface Place {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly value: JsonValue;
  readonly parent: JsonObject | JsonValue[];
  readonly key: string;
}

/** Finds a member in an object; undefined where the object has no such field or item, or the schema does not tell list items apart. */
export function findMember(object: JsonObject, path: readonly string[], schema: FieldSchema | undefined): Place | undefined {
  let place: Place = { pointer: "", value: object, parent: object, key: "" };
  let type = schema;
  for (const name of path) {
    const step = stepInto(place.value, name, type);
    if (step === undefined) return undefined;
    place = { pointer: `${place.pointer}/${escapePointer(step.key)}`, ...step };
    type = name.startsWith("f:") ? typeOfField(type?.map, name.slice(2)) : type?.list?.item();
  }
  return place;
}

function stepInto(value: JsonValue, name: string, type: FieldSchema | undefined): Omit<Place, "pointer"> | undefined {
  if (name.startsWith("f:")) {
    const key = name.slice(2);
    const child = valueAt(value, key);
    return child === undefined || !isJsonObject(value) ? undefined : { value: child, parent: value, key };
  }
  const list = type?.list;
  if (!Array.isArray(value) || list === undefined) return undefined;
  const index = name.startsWith("i:") ? Number(name.slice(2)) : value.findIndex((item) => itemName(item, list) === name);
  const item = value[index];
  return item === undefined ? undefined : { value: item, parent: value, key: String(index) };
}

/** One name of a JSON pointer (RFC 6901). */
export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
